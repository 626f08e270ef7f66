#include "cron/ownership.h"

#include <errno.h>

#include "core/filesystem.h"
#include "core/kernel.h"
#include "core/place.h"
#include "core/rarely_used.h"

/*
 * In a user namespace that does not map root, root's files are the overflow uid's, as `/` is then
 * (user_namespaces(7)).
 */
static bool is_own(uid_t owner) {
    struct stat top;
    return owner == kernel_geteuid() || owner == 0 ||
           (kernel_lstat("/", &top) == 0 && owner == top.st_uid);
}

static bool is_own_group(gid_t group) {
    static RARELY_USED gid_t groups[256];
    int count = kernel_getgroups(groups, sizeof groups / sizeof groups[0]);
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return group == 0 || group == kernel_getegid();
}

static bool has_owners(const struct statfs *volume) {
    return filesystem_of_type((uint32_t)volume->f_type)->trusted;
}

/* In a sticky folder a thing is replaced by its owner only (unlink(2)). */
static int check(int fd, const char *path, bool above) {
    struct stat status;
    struct statfs volume;
    int error = kernel_fstatat(fd, path, &status, AT_EMPTY_PATH);
    if (error != 0)
        return error;
    error = fd == AT_FDCWD ? kernel_statfs(path, &volume) : kernel_fstatfs(fd, &volume);
    if (error == 0 && !has_owners(&volume))
        return 0;
    mode_t others = status.st_mode & 022;
    if (above &&
        ((status.st_mode & S_ISVTX) != 0 || (others == S_IWGRP && is_own_group(status.st_gid))))
        others = 0;
    return others == 0 && is_own(status.st_uid) ? 0 : -EPERM;
}

static int check_above(int fd, const char *path, uid_t owner) {
    (void)owner;
    return check(fd, path, true);
}

bool cron_folder_is_own(const char *path) {
    int fd = place_walk(path, check_above, kernel_geteuid());
    bool own = fd >= 0 && check(fd, "", false) == 0;
    if (fd >= 0)
        kernel_close(fd);
    return own;
}

bool cron_link_is_own(const char *path) {
    struct stat status;
    return kernel_lstat(path, &status) != 0 || !S_ISLNK(status.st_mode) || is_own(status.st_uid);
}

bool cron_volume_has_owners(int fd) {
    struct statfs volume;
    return kernel_fstatfs(fd, &volume) == 0 && has_owners(&volume);
}
