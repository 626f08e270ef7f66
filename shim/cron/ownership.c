#include "cron/ownership.h"

#include <errno.h>
#include <linux/limits.h>

#include "core/descriptor.h"
#include "core/filesystem.h"
#include "core/kernel.h"
#include "core/place.h"
#include "core/random.h"
#include "core/rarely_used.h"
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
    static RARELY_USED gid_t groups[256];
    int count = kernel_getgroups(groups, sizeof groups / sizeof groups[0]);
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return group == 0 || group == kernel_getegid();
}

/*
 * What a volume that is not trusted shows of a file that this user makes there. It is asked: one
 * that refuses sockets may keep owners (9p, cifs with Unix extensions), and FAT, rclone and many a
 * share show every file as one owner's, with one mode.
 */
static RARELY_USED struct {
    dev_t device; /* 0: not asked, or no answer */
    uid_t owner;
    bool modes;
} shown;

enum { ASKED_MODE = 0600 };

/*
 * As it was made (AT_STATX_DONT_SYNC): to a driver that tells files by their paths it may be
 * another's a moment later.
 */
static void note_shown(int fd) {
    struct statx seen;
    if (kernel_statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_UID | STATX_MODE, &seen) !=
        0)
        return;
    shown.device = device_make(seen.stx_dev_major, seen.stx_dev_minor);
    shown.owner = seen.stx_uid;
    shown.modes = (seen.stx_mode & 0777) == ASKED_MODE;
}

static void ask_volume(const char *path) {
    char name[sizeof ".qlshim-0123456789abcdef"];
    struct statfs volume;
    uint64_t number;
    int folder = kernel_open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
    if (kernel_fstatfs(folder, &volume) == 0 &&
        !filesystem_of_type((uint32_t)volume.f_type)->trusted && random_number(&number)) {
        struct text text = text_in(name, sizeof name);
        text_append(&text, ".qlshim-");
        text_append_hex(&text, number, 16);
        int fd = create_exclusively(folder, name, ASKED_MODE);
        if (fd >= 0) {
            note_shown(fd);
            kernel_close(fd);
            kernel_unlinkat(folder, name);
        }
    }
    kernel_close(folder); /* EBADF of an errno */
}

/* In a sticky folder a thing is replaced by its owner only (unlink(2)). */
static int check(int fd, const char *path, bool above) {
    struct stat status;
    int error = kernel_fstatat(fd, path, &status, AT_EMPTY_PATH);
    if (error != 0)
        return error;
    bool asked = status.st_dev == shown.device;
    mode_t others = asked && !shown.modes ? 0 : status.st_mode & 022;
    if (above &&
        ((status.st_mode & S_ISVTX) != 0 || (others == S_IWGRP && is_own_group(status.st_gid))))
        others = 0;
    return others == 0 && (is_own(status.st_uid) || (asked && status.st_uid == shown.owner))
               ? 0
               : -EPERM;
}

static int check_above(int fd, const char *path, uid_t owner) {
    (void)owner;
    return check(fd, path, true);
}

static int check_folder(const char *path) {
    if (shown.device == 0)
        ask_volume(path);
    int fd = place_walk(path, check_above, kernel_geteuid());
    int error = fd < 0 ? fd : check(fd, "", false);
    kernel_close(fd); /* EBADF of an errno */
    return error;
}

bool cron_folder_is_own(const char *path) {
    return check_folder(path) == 0;
}

bool cron_path_is_own(const char *path) {
    char folder[PATH_MAX];
    struct stat status;
    struct text text = text_in(folder, sizeof folder);
    text_append_bytes(&text, path, (size_t)(text_base(path) - path) - 1);
    int error = check_folder(folder);
    if (error == 0 && kernel_lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        error = S_ISLNK(status.st_mode) ? -EPERM : check_folder(path);
    return error == 0 || error == -ENOENT;
}

bool cron_is_only_shown(const struct stat *status) {
    return status->st_dev == shown.device && status->st_uid == shown.owner &&
           (!shown.modes || shown.owner != kernel_geteuid());
}
