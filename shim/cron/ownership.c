#include "cron/ownership.h"

#include <linux/limits.h>

#include "core/filesystem.h"
#include "core/kernel.h"
#include "core/text.h"

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
    static gid_t groups[256];
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
static bool is_safe(const char *path, bool above) {
    struct stat status;
    struct statfs volume;
    if (kernel_lstat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return false;
    if (kernel_statfs(path, &volume) == 0 && !has_owners(&volume))
        return true;
    mode_t others = status.st_mode & 022;
    if (above &&
        ((status.st_mode & S_ISVTX) != 0 || (others == S_IWGRP && is_own_group(status.st_gid))))
        others = 0;
    return others == 0 && is_own(status.st_uid);
}

bool cron_folder_is_own(const char *path) {
    char folder[PATH_MAX];
    struct text text = text_in(folder, sizeof folder);
    for (const char *next = path; *next != '\0'; next++) {
        if (*next == '/' && !is_safe(text.length > 0 ? folder : "/", true))
            return false;
        text_append_bytes(&text, next, 1);
    }
    return !text.cut && is_safe(folder, false);
}

bool cron_link_is_own(const char *path) {
    struct stat status;
    return kernel_lstat(path, &status) != 0 || !S_ISLNK(status.st_mode) || is_own(status.st_uid);
}

bool cron_volume_has_owners(int fd) {
    struct statfs volume;
    return kernel_fstatfs(fd, &volume) == 0 && has_owners(&volume);
}
