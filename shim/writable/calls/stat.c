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
#include "writable/mounts.h"

/* The name in the view of a path that leads into the upper folder, or "". */
static void name_in_view(const struct at *at, char name[PATH_MAX]) {
    char folder[PATH_MAX];
    struct text text = text_in(name, PATH_MAX);
    if (at->path[0] != '/' && place_physical(at->directory, folder) == 0 && view_is_upper(folder)) {
        text_append(&text, view_name(folder));
        text_append(&text, "/");
        text_append(&text, at->path);
    } else if (view_is_upper(at->path)) {
        text_append(&text, view_name(at->path));
    }
    if (text.cut)
        name[0] = '\0';
}

/*
 * A link in the upper folder is shown with the length of what it says. One that was copied from the
 * lower folder, and says the same still, is the lower one: git would take a link with other times
 * for changed.
 */
static bool find_lower_link(const struct at *at, char lower[PATH_MAX], size_t *size) {
    char target[PATH_MAX];
    char below[PATH_MAX];
    ssize_t length = kernel_readlinkat(at->directory, at->path, target, PATH_MAX);
    if (length > 0)
        *size = link_show(target, (size_t)length);
    name_in_view(at, lower);
    ssize_t lower_length =
        lower[0] != '\0' ? kernel_readlinkat(AT_FDCWD, lower, below, PATH_MAX) : -1;
    return lower_length > 0 && (size_t)lower_length == *size && memcmp(target, below, *size) == 0;
}

void show_stat(const struct at *at, struct stat *status, int flags) {
    char lower[PATH_MAX];
    struct at farm = *at;
    if (S_ISLNK(status->st_mode)) {
        size_t size = (size_t)status->st_size;
        if (at_farm(at, lower) == FARM_NONE && !find_lower_link(at, lower, &size)) {
            status->st_size = (off_t)size;
        } else if (kernel_lstat(lower, status) == 0) {
            farm.directory = AT_FDCWD;
            farm.path = lower;
        }
    }
    if (status->st_uid != views.uid &&
        mounts_lower(status->st_dev, farm.directory, farm.path, flags)) {
        status->st_uid = views.uid;
        status->st_gid = views.gid;
    }
}

DOOR int stat(const char *restrict path, struct stat *restrict status) {
    AT(at, AT_FDCWD, path);
    return shown_stat(NEXT(stat)(at.path, status), &at, status, 0);
}

DOOR int lstat(const char *restrict path, struct stat *restrict status) {
    AT(at, AT_FDCWD, path);
    return shown_stat(NEXT(lstat)(at.path, status), &at, status, AT_SYMLINK_NOFOLLOW);
}

DOOR int fstatat(int directory, const char *restrict path, struct stat *restrict status,
                 int flags) {
    AT(at, directory, path);
    return shown_stat(NEXT(fstatat)(at.directory, at.path, status, flags), &at, status, flags);
}

DOOR_ALIAS_WIDE(stat64, stat);
DOOR_ALIAS_WIDE(lstat64, lstat);
DOOR_ALIAS_WIDE(fstatat64, fstatat);

static __attribute__((noinline)) int show_statx(const struct at *at, int flags, unsigned mask,
                                                struct statx *status) {
    char lower[PATH_MAX];
    struct at farm = *at;
    if (S_ISLNK(status->stx_mode)) {
        size_t size = status->stx_size;
        if (at_farm(at, lower) == FARM_NONE && !find_lower_link(at, lower, &size)) {
            status->stx_size = size;
        } else {
            int error = kernel_statx(AT_FDCWD, lower, flags, mask, status);
            if (error != 0)
                return error;
            farm.directory = AT_FDCWD;
            farm.path = lower;
        }
    }
    if (status->stx_uid != views.uid &&
        mounts_lower(device_make(status->stx_dev_major, status->stx_dev_minor), farm.directory,
                     farm.path, flags)) {
        status->stx_uid = views.uid;
        status->stx_gid = views.gid;
    }
    return 0;
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
        mask |= STATX_TYPE | STATX_UID;
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
