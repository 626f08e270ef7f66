#include "core/kernel.h"

#if __SIZEOF_LONG__ == 8
int kernel_fstatat(int directory, const char *path, struct stat *status, int flags) {
    return (int)system_call(SYS_newfstatat, directory, (long)path, (long)status, flags, 0, 0);
}

int kernel_statfs(const char *path, struct statfs *status) {
    return (int)system_call3(SYS_statfs, (long)path, (long)status, 0);
}

int kernel_fstatfs(int fd, struct statfs *status) {
    return (int)system_call3(SYS_fstatfs, fd, (long)status, 0);
}
#endif
