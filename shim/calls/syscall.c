/* The door of syscall(2), for the calls that programs make by it and that the shim is in. */
#include <errno.h>
#include <sys/syscall.h>

#include "calls/exec.h"
#include "calls/file.h"
#include "calls/stat.h"
#include "core/kernel.h"
#include "core/next.h"

/*
 * glibc declares it with `...`: all six arguments are passed on, whatever they are. Defined under a
 * C name of its own, since unistd.h's declaration has another form.
 */
typedef long syscall_function(long number, ...);
long syscall_door(long number, long a, long b, long c, long d, long e, long f) __asm__("syscall");

/* In a function of its own, so that all other calls pass without a frame. */
static __attribute__((noinline)) long watched(long number, long a, long b, long c, long d, long e,
                                              long f) {
    syscall_function *next = (syscall_function *)NEXT(syscall);
    switch (number) {
    case SYS_statx: /* libuv, and so node */
        return shown_statx(next(number, a, b, c, d, e, f), (int)a, (const char *)b, (int)c,
                           (struct statx *)e);
    case SYS_fchmodat2: { /* current uutils */
        int result;
        return chmod_link((int)a, (const char *)b, (mode_t)c, (int)d, errno, &result)
                   ? result
                   : next(number, a, b, c, d, e, f);
    }
    case SYS_execve:
        return exec_child(AT_FDCWD, (const char *)a, (char *const *)b, (char *const *)c, 0);
    default: /* SYS_execveat */
        return exec_child((int)a, (const char *)b, (char *const *)c, (char *const *)d, (int)e);
    }
}

DOOR long syscall_door(long number, long a, long b, long c, long d, long e, long f) {
    if (number == SYS_statx || number == SYS_fchmodat2 || number == SYS_execve ||
        number == SYS_execveat)
        return watched(number, a, b, c, d, e, f);
    return ((syscall_function *)NEXT(syscall))(number, a, b, c, d, e, f);
}
