/*
 * The door of syscall(2), for the calls that programs make by it, since libc has or had no
 * function: libuv's statx, renameat2, getdents64; openat2, faccessat2, fchmodat2.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "writable/calls/at.h"
#include "writable/calls/entries.h"
#include "writable/calls/root.h"
#include "writable/calls/stat.h"

typedef long syscall_function(long number, ...);
long syscall_door(long number, long a, long b, long c, long d, long e, long f) __asm__("syscall");
int openat_door(int directory, const char *path, int flags, mode_t mode) __asm__("openat");

static long statx_viewed(long directory, const char *path, long flags, long mask, void *status) {
    AT(at, (int)directory, path);
    if (at.inside)
        mask |= STATX_SHOWN;
    if (shown_statx_farm(&at, (int)flags, (unsigned)mask, status))
        return 0;
    return shown_statx(((syscall_function *)NEXT(syscall))(SYS_statx, (long)at.directory, at.path,
                                                           flags, mask, status),
                       &at, (int)flags, (unsigned)mask, status);
}

/*
 * openat2(2). One that limits how the path is resolved would stop at farm links: it is told, in a
 * view, that the kernel has no such call, and does by itself what it did before Linux 5.6. What the
 * kernel says of `how`, or that it has no such call, it says before it looks at a path: so to an
 * empty one, too, which is nowhere.
 */
static long openat2_viewed(long directory, const char *path, const struct open_how *how,
                           long size) {
    syscall_function *next = (syscall_function *)NEXT(syscall);
    AT(at, (int)directory, path);
    if (!at.inside)
        return next(SYS_openat2, directory, path, how, size);
    int kept = errno;
    if (next(SYS_openat2, AT_FDCWD, "", how, size) == -1 && errno != ENOENT)
        return -1;
    if (how->resolve != 0) {
        errno = ENOSYS;
        return -1;
    }
    errno = kept;
    return openat_door((int)directory, path, (int)how->flags, (mode_t)how->mode);
}

static bool is_watched(long number) {
    switch (number) {
    case SYS_statx:
    case SYS_renameat2:
    case SYS_openat:
    case SYS_openat2:
    case SYS_faccessat2:
    case SYS_fchmodat2:
    case SYS_io_uring_setup:
    case SYS_getcwd:
    case SYS_getdents64:
    case SYS_pivot_root:
        return true;
    default:
        return false;
    }
}

static __attribute__((noinline)) long watched(long number, long a, long b, long c, long d, long e) {
    long result;
    switch (number) {
    case SYS_openat2:
        return openat2_viewed(a, (const char *)b, (const struct open_how *)c, d);
    case SYS_faccessat2:
        return faccessat((int)a, (const char *)b, (int)c, (int)d);
    case SYS_fchmodat2:
        return fchmodat((int)a, (const char *)b, (mode_t)c, (int)d);
    case SYS_io_uring_setup: /* its opens and stats would pass all doors by; libuv uses threads then
                              */
        errno = ENOSYS;
        return -1;
    case SYS_statx:
        return statx_viewed(a, (const char *)b, c, d, (void *)e);
    case SYS_renameat2:
        return renameat2((int)a, (const char *)b, (int)c, (const char *)d, (unsigned)e);
    case SYS_pivot_root:
        return pivot_root_viewed((const char *)a, (const char *)b);
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
    if (views.active && is_watched(number))
        return watched(number, a, b, c, d, e);
    return ((syscall_function *)NEXT(syscall))(number, a, b, c, d, e, f);
}
