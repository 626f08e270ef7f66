#include "core/kernel.h"

#if __SIZEOF_LONG__ == 4
#include "core/stat_layouts.h"

int kernel_fstatat(int directory, const char *path, struct stat *status, int flags) {
    struct kernel_stat64 seen;
    long error = system_call(SYS_fstatat64, directory, (long)path, (long)&seen, flags, 0, 0);
    if (error == 0)
        stat_copy(status, STAT_OWN, &seen, STAT_WIDE, STAT_ALL);
    return (int)error;
}

int kernel_statfs(const char *path, struct statfs *status) {
    return (int)system_call3(SYS_statfs64, (long)path, sizeof *status, (long)status);
}

int kernel_fstatfs(int fd, struct statfs *status) {
    return (int)system_call3(SYS_fstatfs64, fd, sizeof *status, (long)status);
}

uid_t kernel_geteuid(void) {
    return (uid_t)system_call3(SYS_geteuid32, 0, 0, 0);
}

gid_t kernel_getegid(void) {
    return (gid_t)system_call3(SYS_getegid32, 0, 0, 0);
}
#endif
