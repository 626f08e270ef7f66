/* The door of syscall(2), for the calls that programs make by it: libuv's statx, renameat2,
 * getdents64. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "writable/calls/at.h"
#include "writable/calls/folder.h"
#include "writable/calls/stat.h"

typedef long syscall_function(long number, ...);
long syscall_door(long number, long a, long b, long c, long d, long e, long f) __asm__("syscall");
int openat_door(int directory, const char *path, int flags, mode_t mode) __asm__("openat");

static long statx_viewed(long directory, const char *path, long flags, long mask, void *status) {
    AT(at, (int)directory, path);
    if (at.inside)
        mask |= STATX_TYPE | STATX_UID;
    return shown_statx(((syscall_function *)NEXT(syscall))(SYS_statx, (long)at.directory, at.path,
                                                           flags, mask, status),
                       &at, (int)flags, (unsigned)mask, status);
}

static __attribute__((noinline)) long watched(long number, long a, long b, long c, long d, long e) {
    long result;
    switch (number) {
    case SYS_statx:
        return statx_viewed(a, (const char *)b, c, d, (void *)e);
    case SYS_renameat2:
        return renameat2((int)a, (const char *)b, (int)c, (const char *)d, (unsigned)e);
    case SYS_openat:
        return openat_door((int)a, (const char *)b, (int)c, (mode_t)d);
    case SYS_getcwd: {
        char *path = getcwd((char *)a, (size_t)b);
        for (result = 0; path != NULL && path[result] != '\0'; result++)
            ;
        return path != NULL ? result + 1 : -1;
    }
    default: /* SYS_getdents64 */
        result = ((syscall_function *)NEXT(syscall))(number, a, b, c);
        entries_show((int)a, (void *)b, result);
        return result;
    }
}

DOOR long syscall_door(long number, long a, long b, long c, long d, long e, long f) {
    if (views.active && (number == SYS_statx || number == SYS_renameat2 || number == SYS_openat ||
                         number == SYS_getcwd || number == SYS_getdents64))
        return watched(number, a, b, c, d, e);
    return ((syscall_function *)NEXT(syscall))(number, a, b, c, d, e, f);
}
