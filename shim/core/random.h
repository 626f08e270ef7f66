#ifndef QLSHIM_CORE_RANDOM_H
#define QLSHIM_CORE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/*
 * A number for a name that nobody can guess. False where the kernel gives none. Safe in signal
 * handlers, after vfork and in threads.
 */
bool random_number(uint64_t *number);

#pragma GCC visibility pop

#endif
