#include "sockets/closed.h"

#include <errno.h>

#include "core/kernel.h"
#include "core/text.h"

enum {
    DEPTH_MOST = 64, /* of folders; what lies deeper is judged by its lowest ones */
    EVERYBODY = -2   /* no group's number, as is -1, (gid_t)-1: chown(2) */
};
static const gid_t nobody = (gid_t)-1;

/*
 * Whether the volume does not mean what it shows: this process has passed the folder. (FUSE asks no
 * modes but with default_permissions, mount.fuse(8); fusefat shows every folder as root's, 0700.)
 */
static bool is_only_shown(const struct stat *folder) {
    uid_t user = kernel_geteuid();
    return (folder->st_mode & S_IXGRP) == 0 && user != 0 && user != folder->st_uid;
}

/* The group that may pass besides `passing`'s, or nobody. */
static gid_t restrict_to(gid_t passing, const struct stat *folder) {
    if ((folder->st_mode & S_IXOTH) != 0 || is_only_shown(folder))
        return passing;
    if ((folder->st_mode & S_IXGRP) == 0)
        return nobody;
    return passing == (gid_t)EVERYBODY || passing == folder->st_gid ? folder->st_gid : nobody;
}

/* Who may pass `folder` and all above it: a group, nobody but the owners, or everybody. */
static gid_t who_may_pass(int folder) {
    char up[3 * DEPTH_MOST + 2];
    struct text path = text_in(up, sizeof up);
    struct stat status;
    struct stat below = {0};
    gid_t passing = (gid_t)EVERYBODY;
    text_append(&path, ".");
    for (int depth = 0; depth < DEPTH_MOST && kernel_fstatat(folder, up, &status, 0) == 0;
         depth++) {
        if (status.st_ino == below.st_ino && status.st_dev == below.st_dev)
            break; /* the root's parent is the root */
        passing = restrict_to(passing, &status);
        below = status;
        text_append(&path, "/..");
    }
    return passing;
}

static int open_to_group(const char *folder, gid_t group) {
    int fd = kernel_open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (fd < 0)
        return fd;
    int error = kernel_fchown(fd, (uid_t)-1, group);
    if (error == 0)
        error = kernel_fchmod(fd, 0710);
    kernel_close(fd);
    return error;
}

int closed_folder(int folder, char private[FOLDER_SIZE]) {
    gid_t group = who_may_pass(folder);
    if (group == (gid_t)EVERYBODY)
        return 0;
    size_t length = text_length(private);
    struct text path = text_in(private + length, FOLDER_SIZE - length);
    text_append(&path, "/");
    text_append_hex(&path, group, 8);
    if (path.cut)
        return -ENAMETOOLONG;
    int error = kernel_mkdir(private, 0700);
    if (error == 0) /* the umask may have taken the user's own bits */
        error = kernel_chmod(private, 0700);
    if (error == 0 && group != nobody)
        error = open_to_group(private, group);
    /* A group that one is not a member of stays out: it cannot be let in. */
    return error == -EEXIST || error == -EPERM ? 0 : error;
}
