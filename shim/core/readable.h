/* Whether memory that the program passed can be read, before the shim reads it. */
#ifndef QLSHIM_CORE_READABLE_H
#define QLSHIM_CORE_READABLE_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/*
 * Whether a string, or each in a vector that a NULL ends, lies on pages that can be read: where
 * not, the kernel is to say EFAULT, and not the shim to crash. A system call for each page. Safe
 * in signal handlers, after vfork and in threads.
 */
bool string_readable(const char *string);
bool strings_readable(char *const strings[]);

/* The same of `size` bytes, one at least and a page at most; false for what can be no address. */
bool bytes_readable(const void *bytes, size_t size);

#pragma GCC visibility pop

#endif
