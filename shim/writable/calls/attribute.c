/*
 * The doors that change what a file is: chmod(2), chown(2), setxattr(2), but for utimensat(2),
 * which is in time.c; and those that only ask by a path: getxattr(2), pathconf(3),
 * inotify_add_watch(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "writable/calls/at.h"
#include "writable/mounts.h"

/* --- chmod and chown ------------------------------------------------------------------------- */

/* A mode that it has, an owner that it shows: nothing to do, or `chmod -R` would copy everything.
 */
static bool has_mode(const struct at *at, mode_t mode) {
    struct stat status;
    return kernel_fstatat(at->directory, at->path, &status, 0) == 0 &&
           (status.st_mode & 07777) == (mode & 07777);
}

/* What a volume inside holds is not, nor what may be a neighbour's. */
static bool is_shown_own(int directory, const char *path, int flags) {
    struct stat status;
    return kernel_fstatat(directory, path, &status, flags) == 0 &&
           mounts_own(status.st_uid, status.st_dev, directory, path, flags);
}

static bool is_own(uid_t owner, gid_t group) {
    return (owner == (uid_t)-1 || owner == views.uid) && (group == (gid_t)-1 || group == views.gid);
}

#define CHANGING(at, unchanged, what, call)                                                        \
    int saved = errno_now();                                                                       \
    int result = (call);                                                                           \
    if (result == 0 || !at_refused(&(at)))                                                         \
        return result;                                                                             \
    int error = errno;                                                                             \
    if (unchanged && at_is_lower(&(at), (what) != LIFT_LINK) &&                                    \
        is_shown_own((at).directory, (at).path, (what) == LIFT_LINK ? AT_SYMLINK_NOFOLLOW : 0)) {  \
        errno = saved;                                                                             \
        return 0;                                                                                  \
    }                                                                                              \
    if (!at_lift(&(at), what)) {                                                                   \
        errno = error;                                                                             \
        return result;                                                                             \
    }                                                                                              \
    return (call)

DOOR int chmod(const char *path, mode_t mode) {
    AT(at, AT_FDCWD, path);
    CHANGING(at, has_mode(&at, mode), LIFT_ENTRY, NEXT(chmod)(at.path, mode));
}

/* A link has no mode, which is said of a farm link, too. */
static bool has_mode_unfollowed(struct at *at, mode_t mode) {
    if (!at->inside || !at_is_farm(at))
        return false;
    if (has_mode(at, mode))
        return true;
    at_lift(at, LIFT_LINK);
    return false;
}

DOOR int lchmod(const char *path, mode_t mode) {
    AT(at, AT_FDCWD, path);
    if (has_mode_unfollowed(&at, mode))
        return 0;
    CHANGING(at, has_mode(&at, mode), LIFT_LINK, NEXT(lchmod)(at.path, mode));
}

DOOR int fchmodat(int directory, const char *path, mode_t mode, int flags) {
    AT(at, directory, path);
    bool nofollow = (flags & AT_SYMLINK_NOFOLLOW) != 0;
    if (nofollow && has_mode_unfollowed(&at, mode))
        return 0;
    CHANGING(at, has_mode(&at, mode), nofollow ? LIFT_LINK : LIFT_ENTRY,
             NEXT(fchmodat)(at.directory, at.path, mode, flags));
}

DOOR int chown(const char *path, uid_t owner, gid_t group) {
    AT(at, AT_FDCWD, path);
    CHANGING(at, is_own(owner, group), LIFT_ENTRY, NEXT(chown)(at.path, owner, group));
}

/* lchown of a farm link succeeds as the link's own, which is right for oneself. */
DOOR int lchown(const char *path, uid_t owner, gid_t group) {
    AT(at, AT_FDCWD, path);
    CHANGING(at, is_own(owner, group), LIFT_LINK, NEXT(lchown)(at.path, owner, group));
}

DOOR int fchownat(int directory, const char *path, uid_t owner, gid_t group, int flags) {
    AT(at, directory, path);
    CHANGING(at, is_own(owner, group), (flags & AT_SYMLINK_NOFOLLOW) != 0 ? LIFT_LINK : LIFT_ENTRY,
             NEXT(fchownat)(at.directory, at.path, owner, group, flags));
}

static bool is_lower_descriptor(int fd) {
    char physical[PATH_MAX];
    const char *name;
    return views.active && place_physical(fd, physical) == 0 &&
           place_standing(physical, &name) == STANDS_LOWER;
}

DOOR int fchmod(int fd, mode_t mode) {
    int saved = errno_now();
    int result = NEXT(fchmod)(fd, mode);
    if (result == 0 || !views.active)
        return result;
    int error = errno;
    struct stat status;
    char path[PATH_MAX];
    bool same = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 &&
                (status.st_mode & 07777) == (mode & 07777) && is_lower_descriptor(fd) &&
                is_shown_own(fd, "", AT_EMPTY_PATH);
    if (error == EPERM && same) {
        errno = saved;
        return 0;
    }
    return at_lifted_path(fd, path, saved) ? NEXT(chmod)(path, mode) : result;
}

DOOR int fchown(int fd, uid_t owner, gid_t group) {
    int saved = errno_now();
    int result = NEXT(fchown)(fd, owner, group);
    if (result != 0 && errno == EPERM && is_own(owner, group) && is_lower_descriptor(fd) &&
        is_shown_own(fd, "", AT_EMPTY_PATH)) {
        errno = saved;
        return 0;
    }
    return result;
}

/* --- extended attributes --------------------------------------------------------------------- */

DOOR int setxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_ENTRY, NEXT(setxattr)(at.path, name, value, size, flags));
}

DOOR int removexattr(const char *path, const char *name) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_ENTRY, NEXT(removexattr)(at.path, name));
}

DOOR ssize_t getxattr(const char *path, const char *name, void *value, size_t size) {
    AT(at, AT_FDCWD, path);
    return NEXT(getxattr)(at.path, name, value, size);
}

DOOR ssize_t listxattr(const char *path, char *list, size_t size) {
    AT(at, AT_FDCWD, path);
    return NEXT(listxattr)(at.path, list, size);
}

/* Of a farm link those of what it stands for. */
static bool is_farm(const struct at *at) {
    return at->inside && at_is_farm(at);
}

DOOR ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size) {
    AT(at, AT_FDCWD, path);
    return is_farm(&at) ? NEXT(getxattr)(at.path, name, value, size)
                        : NEXT(lgetxattr)(at.path, name, value, size);
}

DOOR ssize_t llistxattr(const char *path, char *list, size_t size) {
    AT(at, AT_FDCWD, path);
    return is_farm(&at) ? NEXT(listxattr)(at.path, list, size)
                        : NEXT(llistxattr)(at.path, list, size);
}

DOOR int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
    AT(at, AT_FDCWD, path);
    if (is_farm(&at))
        at_lift(&at, LIFT_LINK);
    return LIFTING(at, LIFT_LINK, NEXT(lsetxattr)(at.path, name, value, size, flags));
}

DOOR int lremovexattr(const char *path, const char *name) {
    AT(at, AT_FDCWD, path);
    if (is_farm(&at))
        at_lift(&at, LIFT_LINK);
    return LIFTING(at, LIFT_LINK, NEXT(lremovexattr)(at.path, name));
}

/* --- questions ------------------------------------------------------------------------------- */

DOOR long pathconf(const char *path, int name) {
    AT(at, AT_FDCWD, path);
    return NEXT(pathconf)(at.path, name);
}

/* The descriptor becomes one of the file at `path`, read on from where it was. */
static void reopen(int fd, const char *path) {
    long flags = system_call3(SYS_fcntl, fd, F_GETFL, 0);
    int64_t offset = kernel_seek(fd, 0, SEEK_CUR);
    if (flags < 0 || (flags & (O_ACCMODE | O_PATH)) != O_RDONLY || offset < 0)
        return;
    int upper = kernel_open(path, O_RDONLY | (int)(flags & O_NONBLOCK), 0);
    if (upper < 0)
        return;
    long closing = system_call3(SYS_fcntl, fd, F_GETFD, 0);
    kernel_seek(upper, offset, SEEK_SET);
    system_call3(SYS_dup3, upper, fd, (closing & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
    kernel_close(upper);
}

/* Who watches a file that he has open waits for what others write there: tail -f. */
static __attribute__((noinline)) void reopen_watched(const struct at *at) {
    char path[PATH_MAX];
    struct stat watched;
    struct stat status;
    if (kernel_fstatat(at->directory, at->path, &watched, 0) != 0 || !S_ISREG(watched.st_mode))
        return;
    for (int fd = 0; fd < HINTS; fd++)
        if (at_hints[fd / 64] == 0)
            fd |= 63;
        else if (at_hinted(fd) && lift_descriptor(fd, false, path) &&
                 kernel_lstat(path, &status) == 0 && status.st_dev == watched.st_dev &&
                 status.st_ino == watched.st_ino)
            reopen(fd, path);
}

/* A lower folder is expanded, and a lower file copied, at the watch: what is written later is
 * written there. */
DOOR int inotify_add_watch(int fd, const char *path, uint32_t mask) {
    AT(at, AT_FDCWD, path);
    if (at.inside && at_lift(&at, LIFT_ENTRY))
        reopen_watched(&at);
    return NEXT(inotify_add_watch)(fd, at.path, mask);
}
