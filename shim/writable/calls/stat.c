/*
 * The doors of stat(2), statx(2) and access(2): a farm link is the file or folder that it stands
 * for, and what the lower folder has belongs to the user, as his copy will.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/calls/stat.h"
#include "writable/identity.h"
#include "writable/mounts.h"
#include "writable/record.h"

/* The name in the view of a link in the upper folder, or "". */
static void name_in_view(const struct at *at, char name[PATH_MAX]) {
    int fd = at->path[0] != '\0' ? kernel_openat(at->directory, at->path, O_PATH | O_NOFOLLOW)
                                 : at->directory;
    const char *viewed = "";
    if (fd >= 0 && place_physical(fd, name) == 0 && view_is_upper(name))
        viewed = view_name(name);
    memmove(name, viewed, text_length(viewed) + 1);
    if (fd >= 0 && at->path[0] != '\0')
        kernel_close(fd);
}

/*
 * A link in the upper folder is shown with the length of what it says. One that was copied from the
 * lower folder, and says the same still with the same time, is the lower one: git would take
 * another for changed. Of longer ones than most the beginning tells what is not shown, and no more
 * is looked at, since a thread's stack may be small.
 */
static bool find_lower_link(const struct at *at, char lower[PATH_MAX], size_t *size) {
    enum { MOST = 512 };
    char target[MOST];
    char below[MOST];
    ssize_t length = kernel_readlinkat(at->directory, at->path, target, MOST);
    size_t shown = length > 0 ? link_show(target, (size_t)length) : 0;
    if (length > 0)
        *size -= (size_t)length - shown;
    name_in_view(at, lower);
    ssize_t lower_length = lower[0] != '\0' ? kernel_readlinkat(AT_FDCWD, lower, below, MOST) : -1;
    return lower_length > 0 && lower_length < MOST && (size_t)lower_length == *size &&
           memcmp(target, below, *size) == 0;
}

static void show_owner(struct stat *status, int directory, const char *path, int flags) {
    if (status->st_uid != views.uid &&
        mounts_own(status->st_uid, status->st_dev, directory, path, flags)) {
        status->st_uid = views.uid;
        status->st_gid = views.gid;
    }
}

/* An upper folder on a volume may keep no more than the seconds. */
static bool is_unchanged(int64_t seconds, long nanoseconds, const struct stat *lower) {
    return seconds == lower->st_mtim.tv_sec &&
           (nanoseconds == lower->st_mtim.tv_nsec || nanoseconds == 0);
}

/*
 * The last link that was asked of was a farm link: then the next is likely to be one, and looked at
 * as such first. That takes two or three calls, and four where it is found to be a link, looked at
 * for a marker by libqlshim.so, and read.
 */
static bool farms_expected;

static inline bool is_farm_expected(const struct at *at, int flags) {
    return __builtin_expect(at->inside, 0) && (flags & ~AT_NO_AUTOMOUNT) == AT_SYMLINK_NOFOLLOW &&
           __atomic_load_n(&farms_expected, __ATOMIC_RELAXED);
}

/*
 * The farm link's lower path, or NULL. Whose it is need not be asked where it says the very path:
 * what a neighbour made to look so, in a folder of the image that everybody may write, leads to
 * itself, and is shown as the link that it is.
 */
static __attribute__((noinline)) const char *find_farm(const struct at *at, char target[PATH_MAX]) {
    struct stat status;
    ssize_t length = kernel_readlinkat(at->directory, at->path, target, PATH_MAX - 1);
    if (length <= 0 || farm_kind(target, (size_t)length) == FARM_NONE) {
        __atomic_store_n(&farms_expected, false, __ATOMIC_RELAXED);
        return NULL;
    }
    target[length] = '\0';
    const char *lower = farm_path(target);
    if (at->form == AT_IN_VIEW && text_equal(lower, at->given_path))
        return lower;
    bool own = kernel_fstatat(at->directory, at->path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               S_ISLNK(status.st_mode) && at_is_own(status.st_uid);
    return own ? lower : NULL;
}

static bool show_farm(const struct at *at, struct stat *status) {
    char target[PATH_MAX];
    const char *lower = find_farm(at, target);
    if (lower == NULL || kernel_lstat(lower, status) != 0)
        return false;
    show_owner(status, AT_FDCWD, lower, AT_SYMLINK_NOFOLLOW);
    return true;
}

enum link { LINK_OTHERS, LINK_OWN, LINK_COPIED, LINK_FARM };

/* What was found to be a link; then `lower` is the path of what is to be shown. `*size` becomes the
 * length of what a link says. */
static enum link find_link(const struct at *at, uid_t owner, char lower[PATH_MAX], size_t *size,
                           int64_t seconds, long nanoseconds) {
    struct stat below;
    if (!at_is_own(owner))
        return LINK_OTHERS;
    if (at_own_farm(at->directory, at->path, lower) != FARM_NONE) {
        __atomic_store_n(&farms_expected, true, __ATOMIC_RELAXED);
        return LINK_FARM;
    }
    if (!find_lower_link(at, lower, size) || kernel_lstat(lower, &below) != 0 ||
        !is_unchanged(seconds, nanoseconds, &below))
        return LINK_OWN;
    char *name = lower + (text_base(lower) - lower);
    name[-1] = '\0';
    bool expanded = record_state(lower[0] != '\0' ? lower : "/") != RECORD_NONE;
    name[-1] = '/';
    return expanded ? LINK_COPIED : LINK_OWN;
}

static __attribute__((noinline)) void show_link(const struct at *at, struct stat *status,
                                                int flags) {
    char lower[PATH_MAX];
    size_t size = (size_t)status->st_size;
    enum link link = find_link(at, status->st_uid, lower, &size, status->st_mtim.tv_sec,
                               status->st_mtim.tv_nsec);
    bool is_lower = link > LINK_OWN && kernel_lstat(lower, status) == 0;
    if (link == LINK_OWN)
        status->st_size = (off_t)size;
    show_owner(status, is_lower ? AT_FDCWD : at->directory, is_lower ? lower : at->path, flags);
}

void show_stat(const struct at *at, struct stat *status, int flags) {
    struct identity identity = {status->st_dev, status->st_ino};
    if (S_ISLNK(status->st_mode))
        show_link(at, status, flags);
    else if (status->st_uid != views.uid)
        show_owner(status, at->directory, at->path, flags);
    else if (S_ISDIR(status->st_mode) ? identity_of(&identity, at->directory, at->path, flags)
                                      : identity_of_copy(&identity)) {
        status->st_dev = identity.device;
        status->st_ino = identity.inode;
    }
}

__attribute__((noinline)) static void show_fstat(int fd, struct stat *status) {
    struct at at __attribute__((cleanup(at_end)));
    at_begin(&at, fd, "");
    if (!at.inside || (at.opened >= 0 && kernel_fstatat(at.opened, "", status, AT_EMPTY_PATH) != 0))
        return;
    show_stat(&at, status, AT_EMPTY_PATH);
}

int shown_fstat(int result, int fd, struct stat *status) {
    if (result == 0 && is_fstat_shown(fd, status->st_uid, status->st_mode))
        show_fstat(fd, status);
    return result;
}

DOOR int stat(const char *restrict path, struct stat *restrict status) {
    AT(at, AT_FDCWD, path);
    return shown_stat(NEXT(stat)(at.path, status), &at, status, 0);
}

DOOR int lstat(const char *restrict path, struct stat *restrict status) {
    AT(at, AT_FDCWD, path);
    if (is_farm_expected(&at, AT_SYMLINK_NOFOLLOW) && show_farm(&at, status))
        return 0;
    return shown_stat(NEXT(lstat)(at.path, status), &at, status, AT_SYMLINK_NOFOLLOW);
}

DOOR int fstatat(int directory, const char *restrict path, struct stat *restrict status,
                 int flags) {
    AT(at, directory, path);
    if (is_farm_expected(&at, flags) && show_farm(&at, status))
        return 0;
    return shown_stat(NEXT(fstatat)(at.directory, at.path, status, flags), &at, status, flags);
}

DOOR int fstat(int fd, struct stat *status) {
    return shown_fstat(NEXT(fstat)(fd, status), fd, status);
}

DOOR_ALIAS_WIDE(fstat64, fstat);
DOOR_ALIAS_WIDE(stat64, stat);
DOOR_ALIAS_WIDE(lstat64, lstat);
DOOR_ALIAS_WIDE(fstatat64, fstatat);

static void show_statx_owner(struct statx *status, int directory, const char *path, int flags) {
    if (status->stx_uid != views.uid &&
        mounts_own(status->stx_uid, device_make(status->stx_dev_major, status->stx_dev_minor),
                   directory, path, flags)) {
        status->stx_uid = views.uid;
        status->stx_gid = views.gid;
    }
}

static __attribute__((noinline)) void show_statx_link(const struct at *at, int flags, unsigned mask,
                                                      struct statx *status) {
    char lower[PATH_MAX];
    size_t size = status->stx_size;
    enum link link = find_link(at, status->stx_uid, lower, &size, status->stx_mtime.tv_sec,
                               (long)status->stx_mtime.tv_nsec);
    bool is_lower =
        link > LINK_OWN && kernel_statx(AT_FDCWD, lower, AT_SYMLINK_NOFOLLOW, mask, status) == 0;
    if (link == LINK_OWN)
        status->stx_size = size;
    show_statx_owner(status, is_lower ? AT_FDCWD : at->directory, is_lower ? lower : at->path,
                     flags);
}

static void show_statx(const struct at *at, int flags, unsigned mask, struct statx *status) {
    struct identity identity = {device_make(status->stx_dev_major, status->stx_dev_minor),
                                status->stx_ino};
    if (S_ISLNK(status->stx_mode))
        show_statx_link(at, flags, mask, status);
    else if (status->stx_uid != views.uid)
        show_statx_owner(status, at->directory, at->path, flags);
    else if (S_ISDIR(status->stx_mode) ? identity_of(&identity, at->directory, at->path, flags)
                                       : identity_of_copy(&identity)) {
        status->stx_dev_major = device_major(identity.device);
        status->stx_dev_minor = device_minor(identity.device);
        status->stx_ino = identity.inode;
    }
}

static __attribute__((noinline)) bool show_statx_farm(const struct at *at, unsigned mask,
                                                      struct statx *status) {
    char target[PATH_MAX];
    const char *lower = find_farm(at, target);
    if (lower == NULL || kernel_statx(AT_FDCWD, lower, AT_SYMLINK_NOFOLLOW, mask, status) != 0)
        return false;
    show_statx_owner(status, AT_FDCWD, lower, AT_SYMLINK_NOFOLLOW);
    return true;
}

bool shown_statx_farm(const struct at *at, int flags, unsigned mask, struct statx *status) {
    return is_farm_expected(at, flags) && show_statx_farm(at, mask, status);
}

/* STATX_TYPE is what tells a link; one that was not asked for is not shown either. */
int shown_statx(long result, const struct at *at, int flags, unsigned mask, struct statx *status) {
    if (__builtin_expect(at->inside, 0) && result == 0)
        show_statx(at, flags, mask, status);
    return (int)result;
}

DOOR int statx(int directory, const char *restrict path, int flags, unsigned mask,
               struct statx *restrict status) {
    AT(at, directory, path);
    if (at.inside)
        mask |= STATX_SHOWN;
    if (shown_statx_farm(&at, flags, mask, status))
        return 0;
    return shown_statx(NEXT(statx)(at.directory, at.path, flags, mask, status), &at, flags, mask,
                       status);
}

/* --- access ---------------------------------------------------------------------------------- */

/* What the user could write once it is his: what he can read and its owner may write. */
static __attribute__((noinline)) int access_inside(const struct at *at, int mode, int flags,
                                                   int error) {
    struct stat status;
    char lower[PATH_MAX];
    bool farm = (flags & AT_SYMLINK_NOFOLLOW) != 0 && at_farm(at, lower) != FARM_NONE;
    int directory = farm ? AT_FDCWD : at->directory;
    const char *path = farm ? lower : at->path;
    int found = kernel_fstatat(directory, path, &status, flags & AT_SYMLINK_NOFOLLOW);
    if (found == 0 && status.st_uid != views.uid && (mode & W_OK) != 0 &&
        mounts_lower(status.st_dev, directory, path, flags) && (status.st_mode & S_IWUSR) != 0 &&
        (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) &&
        NEXT(faccessat)(directory, path, (mode & ~W_OK) | R_OK, flags) == 0 &&
        at_is_lower(at, (flags & AT_SYMLINK_NOFOLLOW) == 0)) /* a link may lead out */
        return 0;
    errno = error;
    return -1;
}

static inline int accessible(int result, const struct at *at, int mode, int flags, int saved) {
    if (__builtin_expect(result != 0, 0) && at->inside && (errno == EACCES || errno == EROFS)) {
        result = access_inside(at, mode, flags, errno);
        if (result == 0)
            errno = saved;
    }
    return result;
}

DOOR int access(const char *path, int mode) {
    AT(at, AT_FDCWD, path);
    int saved = errno_now();
    return accessible(NEXT(access)(at.path, mode), &at, mode, 0, saved);
}

DOOR int faccessat(int directory, const char *path, int mode, int flags) {
    AT(at, directory, path);
    int saved = errno_now();
    return accessible(NEXT(faccessat)(at.directory, at.path, mode, flags), &at, mode, flags, saved);
}

DOOR int eaccess(const char *path, int mode) {
    AT(at, AT_FDCWD, path);
    int saved = errno_now();
    return accessible(NEXT(eaccess)(at.path, mode), &at, mode, AT_EACCESS, saved);
}

DOOR int euidaccess(const char *path, int mode) {
    AT(at, AT_FDCWD, path);
    int saved = errno_now();
    return accessible(NEXT(euidaccess)(at.path, mode), &at, mode, AT_EACCESS, saved);
}
