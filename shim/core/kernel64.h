/*
 * The system calls of core/kernel.h that differ between 64-bit and 32-bit kernels, as the former
 * have them: offsets, times and ids are passed as they are, and `struct stat` and `struct statfs`
 * are laid out as the kernel fills them, in glibc and in musl. Included by core/kernel.h only.
 */
#ifndef QLSHIM_CORE_KERNEL64_H
#define QLSHIM_CORE_KERNEL64_H

/*
 * Whether a program may have something at `address`: not at NULL or near it, not in the kernel's
 * half.
 */
static inline bool address_plausible(const void *address) {
    return (uintptr_t)address >= 4096 && (intptr_t)address > 0;
}

static inline ssize_t kernel_pread(int fd, void *buffer, size_t size, int64_t offset) {
    return system_call(SYS_pread64, fd, (long)buffer, (long)size, offset, 0, 0);
}

static inline int64_t kernel_seek(int fd, int64_t offset, int whence) {
    return system_call3(SYS_lseek, fd, offset, whence);
}

static inline int kernel_ftruncate(int fd, off_t size) {
    return (int)system_call3(SYS_ftruncate, fd, size, 0);
}

static inline int kernel_utimens(int directory, const char *path, const struct timespec times[2],
                                 int flags) {
    return (int)system_call(SYS_utimensat, directory, (long)path, (long)times, flags, 0, 0);
}

static inline int kernel_signal_wait(const uint64_t *set, const struct timespec *timeout) {
    return (int)system_call(SYS_rt_sigtimedwait, (long)set, 0, (long)timeout, sizeof *set, 0, 0);
}

static inline int kernel_fchown(int fd, uid_t owner, gid_t group) {
    return (int)system_call3(SYS_fchown, fd, owner, group);
}

static inline int kernel_getgroups(gid_t *groups, size_t count) {
    return (int)system_call3(SYS_getgroups, (long)count, (long)groups, 0);
}

static inline int kernel_clock_gettime(clockid_t clock, struct timespec *now) {
    return (int)system_call3(SYS_clock_gettime, clock, (long)now, 0);
}

static inline int kernel_nanosleep(const struct timespec *duration) {
    return (int)system_call3(SYS_nanosleep, (long)duration, 0, 0);
}

static inline uid_t kernel_geteuid(void) {
    return (uid_t)system_call3(SYS_geteuid, 0, 0, 0);
}

static inline gid_t kernel_getegid(void) {
    return (gid_t)system_call3(SYS_getegid, 0, 0, 0);
}

#endif
