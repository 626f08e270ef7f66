/*
 * System calls made directly, not through the C library.
 *
 * The shim's own work must never enter its own doors again, must not be a cancellation point, and
 * must not touch errno: each function here is one system call and returns what the kernel returns,
 * a negative errno on failure. All are safe in signal handlers, after vfork and in threads.
 *
 * How a system call is made is the platform's (core/platform.h); which one it is where 64-bit and
 * 32-bit kernels differ in numbers, offsets, times and ids, is in core/kernel64.h and kernel32.h.
 * The newer architectures have no system call without a directory descriptor, so the *at forms
 * serve everywhere.
 */
#ifndef QLSHIM_CORE_KERNEL_H
#define QLSHIM_CORE_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "core/platform.h"

/* Bits of linux/stat.h that Debian 12's headers do not have yet (Linux 6.8). */
#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif

/*
 * makedev(3) and its kin, by the layout that both C libraries share: theirs are functions of
 * glibc's, which musl has not, wherever the compiler does not inline them.
 */
static inline dev_t device_make(uint64_t major, uint64_t minor) {
    return (major & 0xfffff000) << 32 | (major & 0xfff) << 8 | (minor & 0xffffff00) << 12 |
           (minor & 0xff);
}

static inline unsigned device_major(dev_t device) {
    return (unsigned)(device >> 32 & 0xfffff000) | (unsigned)(device >> 8 & 0xfff);
}

static inline unsigned device_minor(dev_t device) {
    return (unsigned)(device >> 12 & 0xffffff00) | (unsigned)(device & 0xff);
}

/* The kernel reports failure as a value between -4095 and -1. */
static inline int kernel_failed(long result) {
    return result < 0 && result >= -4095;
}

#pragma GCC visibility push(hidden)

/*
 * Those that are called from many places are functions: gcc takes inline assembly for one
 * instruction, and does not see that a call is shorter.
 */
#define KERNEL_CALL __attribute__((noinline))

KERNEL_CALL int kernel_open(const char *path, int flags, mode_t mode);
KERNEL_CALL int kernel_openat(int directory, const char *path, int flags);
KERNEL_CALL int kernel_close(int fd);
KERNEL_CALL int kernel_statx(int directory, const char *path, int flags, unsigned mask,
                             struct statx *status);
KERNEL_CALL int kernel_mkdir(const char *path, mode_t mode);
KERNEL_CALL int kernel_symlinkat(const char *target, int directory, const char *path);
KERNEL_CALL ssize_t kernel_readlinkat(int directory, const char *path, char *target, size_t size);
KERNEL_CALL int kernel_unlinkat(int directory, const char *path);
KERNEL_CALL int kernel_chmod(const char *path, mode_t mode);
KERNEL_CALL int kernel_fchmod(int fd, mode_t mode);
KERNEL_CALL int kernel_access(const char *path, int mode);
KERNEL_CALL void kernel_release(void *pages, size_t size);
/* An entry, without following a link. */
KERNEL_CALL int kernel_lstat(const char *path, struct stat *status);
/* In core/kernel64.c and kernel32.c. */
KERNEL_CALL int kernel_fstatat(int directory, const char *path, struct stat *status, int flags);
KERNEL_CALL int kernel_statfs(const char *path, struct statfs *status);
KERNEL_CALL int kernel_fstatfs(int fd, struct statfs *status);

#pragma GCC visibility pop

#if __SIZEOF_LONG__ == 8
#include "core/kernel64.h"
#else
#include "core/kernel32.h"
#endif

/* A copy of `fd`, numbered `lowest` or above, that is closed on exec. */
static inline int kernel_duplicate_above(int fd, int lowest) {
    return (int)system_call3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest);
}

static inline ssize_t kernel_read(int fd, void *buffer, size_t size) {
    return system_call3(SYS_read, fd, (long)buffer, (long)size);
}

static inline ssize_t kernel_write(int fd, const void *buffer, size_t size) {
    return system_call3(SYS_write, fd, (long)buffer, (long)size);
}

static inline ssize_t kernel_getdents(int fd, void *buffer, size_t size) {
    return system_call3(SYS_getdents64, fd, (long)buffer, (long)size);
}

static inline int kernel_mkfifo(const char *path, mode_t mode) {
    return (int)system_call(SYS_mknodat, AT_FDCWD, (long)path, S_IFIFO | mode, 0, 0, 0);
}

#ifndef SYS_fchmodat2 /* Linux 6.6; the same number everywhere */
#define SYS_fchmodat2 452
#endif

static inline int kernel_mknodat(int directory, const char *path, mode_t mode) {
    return (int)system_call(SYS_mknodat, directory, (long)path, mode, 0, 0, 0);
}

static inline int kernel_renameat(int old_directory, const char *old_path, int new_directory,
                                  const char *new_path) {
    return (int)system_call(SYS_renameat2, old_directory, (long)old_path, new_directory,
                            (long)new_path, 0, 0);
}

static inline int kernel_unlink(const char *path) {
    return kernel_unlinkat(AT_FDCWD, path);
}

static inline int kernel_chown(const char *path, uid_t owner, gid_t group) {
    return (int)system_call(SYS_fchownat, AT_FDCWD, (long)path, owner, group, AT_SYMLINK_NOFOLLOW,
                            0);
}

/*
 * By the effective ids, as the calls that follow will be judged (faccessat2, Linux 5.8). Older
 * kernels say ENOSYS, the seccomp filters of their time EPERM: then by the real ids, mostly the
 * same.
 */
static inline int kernel_access_effective(const char *path, int mode) {
    int error = (int)system_call(SYS_faccessat2, AT_FDCWD, (long)path, mode, AT_EACCESS, 0, 0);
    return error == -ENOSYS || error == -EPERM ? kernel_access(path, mode) : error;
}

static inline int kernel_flock(int fd, int operation) {
    return (int)system_call3(SYS_flock, fd, operation, 0);
}

/* Signal sets of the kernel's size: bit n is signal n + 1. */
static inline int kernel_signal_mask(int how, const uint64_t *set, uint64_t *old_set) {
    return (int)system_call(SYS_rt_sigprocmask, how, (long)set, (long)old_set, sizeof *set, 0, 0);
}

static inline int kernel_socket(int type) {
    return (int)system_call3(SYS_socket, AF_UNIX, type | SOCK_CLOEXEC, 0);
}

static inline int kernel_bind(int fd, const struct sockaddr *address, socklen_t length) {
    return (int)system_call3(SYS_bind, fd, (long)address, length);
}

static inline int kernel_connect(int fd, const struct sockaddr *address, socklen_t length) {
    return (int)system_call3(SYS_connect, fd, (long)address, length);
}

static inline int kernel_getsockname(int fd, struct sockaddr *address, socklen_t *length) {
    return (int)system_call3(SYS_getsockname, fd, (long)address, (long)length);
}

static inline int kernel_getpeername(int fd, struct sockaddr *address, socklen_t *length) {
    return (int)system_call3(SYS_getpeername, fd, (long)address, (long)length);
}

static inline int kernel_getsockopt(int fd, int level, int option, void *value, socklen_t *size) {
    return (int)system_call(SYS_getsockopt, fd, level, option, (long)value, (long)size, 0);
}

static inline int kernel_shutdown(int fd, int how) {
    return (int)system_call3(SYS_shutdown, fd, how, 0);
}

static inline pid_t kernel_getpid(void) {
    return (pid_t)system_call3(SYS_getpid, 0, 0, 0);
}

static inline ssize_t kernel_getrandom(void *buffer, size_t size) {
    return system_call3(SYS_getrandom, (long)buffer, (long)size, 0);
}

/* Fresh zeroed pages, or NULL. */
static inline void *kernel_pages(size_t size) {
    long result =
        system_call_mmap(0, (long)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return kernel_failed(result) ? NULL : (void *)result;
}

static inline int kernel_execveat(int directory, const char *path, char *const argv[],
                                  char *const envp[], int flags) {
    return (int)system_call(SYS_execveat, directory, (long)path, (long)argv, (long)envp, flags, 0);
}

/*
 * From now on, and in all descendants, exec grants no privileges (prctl(2)). The kernel refuses
 * unused arguments that are not 0.
 */
static inline int kernel_set_no_new_privs(void) {
    return (int)system_call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
}

/*
 * Whether the byte at `address` can be read. rt_sigprocmask(2) copies its set of 8 bytes in before
 * it looks at `how`, so an unknown `how` changes nothing: EFAULT where the bytes cannot be read,
 * EINVAL where they can. Aligned, the 8 bytes never cross into another page.
 */
static inline int kernel_can_read(const void *address) {
    long word = (long)((uintptr_t)address & ~(uintptr_t)7);
    return word != 0 && system_call(SYS_rt_sigprocmask, ~0L, word, 0, 8, 0, 0) != -EFAULT;
}

#endif
