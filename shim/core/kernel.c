#include "core/kernel.h"

int kernel_open(const char *path, int flags, mode_t mode) {
    return (int)system_call(SYS_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, mode, 0, 0);
}

int kernel_openat(int directory, const char *path, int flags) {
    return (int)system_call3(SYS_openat, directory, (long)path, flags | O_CLOEXEC);
}

int kernel_close(int fd) {
    return (int)system_call3(SYS_close, fd, 0, 0);
}

int kernel_lstat(const char *path, struct stat *status) {
    return kernel_fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int kernel_statx(int directory, const char *path, int flags, unsigned mask, struct statx *status) {
    return (int)system_call(SYS_statx, directory, (long)path, flags, mask, (long)status, 0);
}

int kernel_mkdir(const char *path, mode_t mode) {
    return (int)system_call3(SYS_mkdirat, AT_FDCWD, (long)path, mode);
}

int kernel_symlinkat(const char *target, int directory, const char *path) {
    return (int)system_call3(SYS_symlinkat, (long)target, directory, (long)path);
}

ssize_t kernel_readlinkat(int directory, const char *path, char *target, size_t size) {
    return system_call(SYS_readlinkat, directory, (long)path, (long)target, (long)size, 0, 0);
}

int kernel_unlinkat(int directory, const char *path) {
    return (int)system_call3(SYS_unlinkat, directory, (long)path, 0);
}

int kernel_chmod(const char *path, mode_t mode) {
    return (int)system_call3(SYS_fchmodat, AT_FDCWD, (long)path, mode);
}

int kernel_fchmod(int fd, mode_t mode) {
    return (int)system_call3(SYS_fchmod, fd, mode, 0);
}

int kernel_access(const char *path, int mode) {
    return (int)system_call3(SYS_faccessat, AT_FDCWD, (long)path, mode);
}

void kernel_release(void *pages, size_t size) {
    system_call3(SYS_munmap, (long)pages, (long)size, 0);
}
