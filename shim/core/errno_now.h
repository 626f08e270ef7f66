#ifndef QLSHIM_CORE_ERRNO_NOW_H
#define QLSHIM_CORE_ERRNO_NOW_H

#include <errno.h>

#include "core/kernel.h"
#include "core/own.h"

/*
 * Where errno lies from the thread pointer: the same for every thread, in glibc (libc's TLS is in
 * the block that is laid out at start) and in musl (a member of the thread's descriptor). 0 before
 * the load.
 */
extern OWN long errno_offset;

/* To call once, at load. */
void errno_find(void);

/*
 * errno, for a door that may have to put it back. Reading it through libc is a call
 * (__errno_location), which would be a third of what a door costs that has nothing to do.
 */
static inline int errno_now(void) {
    if (__builtin_expect(errno_offset == 0, 0))
        return errno;
    return *(const int *)((const char *)thread_pointer() + errno_offset);
}

#endif
