/*
 * The system calls of core/kernel.h that differ between 64-bit and 32-bit kernels, as the latter
 * have them. All else is compiled with 64-bit offsets and times (Makefile), so that the types are
 * those of 64-bit machines; here they meet the kernel's. Included by core/kernel.h only.
 *
 * Calls with 64-bit times are of Linux 5.1. Older kernels say ENOSYS, the seccomp filters of their
 * time EPERM: then the old ones, which do until 2038.
 */
#ifndef QLSHIM_CORE_KERNEL32_H
#define QLSHIM_CORE_KERNEL32_H

/* As on 64-bit machines, but up to 4 GiB: a 64-bit kernel gives a 32-bit program all of it. */
static inline bool address_plausible(const void *address) {
    return (uintptr_t)address >= 4096 && (uintptr_t)address < (uintptr_t)-4096;
}

static inline bool kernel_lacks(long result) {
    return result == -ENOSYS || result == -EPERM;
}

static inline ssize_t kernel_pread(int fd, void *buffer, size_t size, int64_t offset) {
    return SYSTEM_CALL_64_LAST(SYS_pread64, fd, (long)buffer, (long)size, offset);
}

static inline int64_t kernel_seek(int fd, int64_t offset, int whence) {
    int64_t result;
    long error = system_call(SYS__llseek, fd, (long)((uint64_t)offset >> 32), (long)offset,
                             (long)&result, whence, 0);
    return error == 0 ? result : error;
}

static inline int kernel_ftruncate(int fd, off_t size) {
    return (int)SYSTEM_CALL_64(SYS_ftruncate64, fd, size);
}

/* --- times ----------------------------------------------------------------------------------- */

struct kernel_old_timespec {
    int32_t tv_sec;
    int32_t tv_nsec;
};

static inline struct kernel_old_timespec kernel_old_time(const struct timespec *time) {
    return (struct kernel_old_timespec){(int32_t)time->tv_sec, (int32_t)time->tv_nsec};
}

static inline int kernel_utimens(int directory, const char *path, const struct timespec times[2],
                                 int flags) {
    long error = system_call(SYS_utimensat_time64, directory, (long)path, (long)times, flags, 0, 0);
    if (error != -ENOSYS) /* EPERM is an honest answer here */
        return (int)error;
    struct kernel_old_timespec old[2];
    if (times != NULL) {
        old[0] = kernel_old_time(&times[0]);
        old[1] = kernel_old_time(&times[1]);
    }
    return (int)system_call(SYS_utimensat, directory, (long)path, times != NULL ? (long)old : 0,
                            flags, 0, 0);
}

static inline int kernel_signal_wait(const uint64_t *set, const struct timespec *timeout) {
    long signal =
        system_call(SYS_rt_sigtimedwait_time64, (long)set, 0, (long)timeout, sizeof *set, 0, 0);
    if (!kernel_lacks(signal))
        return (int)signal;
    struct kernel_old_timespec old = kernel_old_time(timeout);
    return (int)system_call(SYS_rt_sigtimedwait, (long)set, 0, (long)&old, sizeof *set, 0, 0);
}

static inline int kernel_clock_gettime(clockid_t clock, struct timespec *now) {
    struct {
        int64_t tv_sec;
        int64_t tv_nsec;
    } seen = {0};
    struct kernel_old_timespec old = {0};
    long error = system_call3(SYS_clock_gettime64, clock, (long)&seen, 0);
    if (kernel_lacks(error)) {
        error = system_call3(SYS_clock_gettime, clock, (long)&old, 0);
        seen.tv_sec = old.tv_sec;
        seen.tv_nsec = old.tv_nsec;
    }
    now->tv_sec = (__typeof__(now->tv_sec))seen.tv_sec;
    now->tv_nsec = (long)seen.tv_nsec;
    return (int)error;
}

static inline int kernel_nanosleep(const struct timespec *duration) {
    long error =
        system_call(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, (long)duration, 0, 0, 0);
    if (!kernel_lacks(error))
        return (int)error;
    struct kernel_old_timespec old = kernel_old_time(duration);
    return (int)system_call3(SYS_nanosleep, (long)&old, 0, 0);
}

/* --- ids: the calls without "32" have 16 bits ------------------------------------------------ */

static inline int kernel_fchown(int fd, uid_t owner, gid_t group) {
    return (int)system_call3(SYS_fchown32, fd, (long)owner, (long)group);
}

static inline int kernel_getgroups(gid_t *groups, size_t count) {
    return (int)system_call3(SYS_getgroups32, (long)count, (long)groups, 0);
}

#pragma GCC visibility push(hidden)
KERNEL_CALL uid_t kernel_geteuid(void);
KERNEL_CALL gid_t kernel_getegid(void);
#pragma GCC visibility pop

#endif
