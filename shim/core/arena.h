/*
 * Memory for the process's tables: pages of the shim's own, never given back. malloc is out of the
 * question: it may be the program's, or a sanitizer's, and is not safe in signal handlers.
 */
#ifndef QLSHIM_CORE_ARENA_H
#define QLSHIM_CORE_ARENA_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/*
 * `size` zeroed bytes aligned for any object, or NULL where the kernel gives no more pages.
 * Not safe in threads: the caller holds the lock of the table that grows.
 */
void *arena_allocate(size_t size);

#pragma GCC visibility pop

#endif
