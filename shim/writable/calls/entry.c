/* The doors that make and remove entries: mkdir(2), mknod(2), symlink(2), unlink(2), rmdir(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/record.h"
#include "writable/upper.h"

/* --- making ---------------------------------------------------------------------------------- */

DOOR int mkdir(const char *path, mode_t mode) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_FOLDER, NEXT(mkdir)(at.path, mode));
}

DOOR int mkdirat(int directory, const char *path, mode_t mode) {
    AT(at, directory, path);
    return LIFTING(at, LIFT_FOLDER, NEXT(mkdirat)(at.directory, at.path, mode));
}

DOOR int mknodat(int directory, const char *path, mode_t mode, dev_t device) {
    AT(at, directory, path);
    return LIFTING(at, LIFT_FOLDER, NEXT(mknodat)(at.directory, at.path, mode, device));
}

DOOR int mknod(const char *path, mode_t mode, dev_t device) {
    return mknodat(AT_FDCWD, path, mode, device);
}

/* What mknod(2) was in programs built with glibc before 2.33 (calls/file.c). */
int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device);
int __xmknod(int version, const char *path, mode_t mode, dev_t *device);

DOOR int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device) {
    AT(at, directory, path);
    return LIFTING(at, LIFT_FOLDER, NEXT(__xmknodat)(version, at.directory, at.path, mode, device));
}

DOOR int __xmknod(int version, const char *path, mode_t mode, dev_t *device) {
    return __xmknodat(version, AT_FDCWD, path, mode, device);
}

DOOR int mkfifo(const char *path, mode_t mode) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_FOLDER, NEXT(mkfifo)(at.path, mode));
}

DOOR int mkfifoat(int directory, const char *path, mode_t mode) {
    AT(at, directory, path);
    return LIFTING(at, LIFT_FOLDER, NEXT(mkfifoat)(at.directory, at.path, mode));
}

/* Stored rewritten only where the link comes to lie in the upper folder: elsewhere all read it. */
static int symlink_stored(const char *target, struct at *at) {
    char stored[PATH_MAX];
    struct place *place = place_new();
    bool upper = place != NULL && at_place(at, LIFT_FOLDER, place) == STANDS_UPPER;
    if (upper)
        record_link(place->path, place->name);
    if (place != NULL)
        place_free(place);
    if (upper && link_store(stored, sizeof stored, target))
        target = stored;
    return NEXT(symlinkat)(target, at->directory, at->path);
}

DOOR int symlinkat(const char *target, int directory, const char *path) {
    AT(at, directory, path);
    if (at.inside && at_plausible(target))
        return symlink_stored(target, &at);
    return NEXT(symlinkat)(target, at.directory, at.path);
}

DOOR int symlink(const char *target, const char *path) {
    AT(at, AT_FDCWD, path);
    if (at.inside && at_plausible(target))
        return symlink_stored(target, &at);
    return NEXT(symlink)(target, at.path);
}

/* --- removing -------------------------------------------------------------------------------- */

static int unlink_next(const struct at *at) {
    return at->directory == AT_FDCWD ? NEXT(unlink)(at->path)
                                     : NEXT(unlinkat)(at->directory, at->path, 0);
}

/* Whether the folder that a farm link is in may not be written: then the kernel does not look at
 * what it is. */
static bool is_kept(const struct at *at) {
    return system_call3(SYS_unlinkat, at->directory, (long)at->path, AT_REMOVEDIR) == -EACCES;
}

/* Root may have removed what a farm link stands for: then it is a link, as lstat says of it. */
static bool is_gone(const char *lower) {
    struct stat status;
    return kernel_lstat(lower, &status) == -ENOENT;
}

/* A farm link of a folder is a folder to the program, before a lift and after. */
static int unlink_at(struct at *at) {
    char lower[PATH_MAX];
    for (unsigned attempt = 0;; attempt++) {
        if (at_farm(at, lower) == FARM_FOLDER && !is_gone(lower)) {
            errno = is_kept(at) ? EACCES : EISDIR;
            return -1;
        }
        int result = unlink_next(at);
        if (result == 0 || attempt > 0 || !at_refused(at) || !at_lift(at, LIFT_FOLDER))
            return result;
    }
}

/* The folder's name in the view, in case that it goes. */
static bool folder_name(const struct at *at, char path[PATH_MAX]) {
    int fd = kernel_openat(at->directory, at->path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0)
        return false;
    int error = place_physical(fd, path);
    kernel_close(fd);
    return error == 0 && view_is_upper(path);
}

static int rmdir_next(const struct at *at) {
    return at->directory == AT_FDCWD ? NEXT(rmdir)(at->path)
                                     : NEXT(unlinkat)(at->directory, at->path, AT_REMOVEDIR);
}

/* The farm link of an empty folder becomes that folder; one that has entries is not empty. */
static bool make_removable(struct at *at, const char *lower) {
    int empty = is_kept(at) ? -EACCES : folder_is_empty(lower);
    if (empty == 1 && at_lift(at, LIFT_LINK))
        return true;
    errno = empty == 0 ? ENOTEMPTY : empty == 1 ? EBUSY : -empty;
    return false;
}

static __attribute__((noinline)) int rmdir_inside(struct at *at) {
    char path[PATH_MAX];
    for (unsigned attempt = 0;; attempt++) {
        if (at_farm(at, path) == FARM_FOLDER && !make_removable(at, path))
            return -1;
        bool named = folder_name(at, path);
        if (named) {
            at_renew(view_name(path));
            record_forget_empty(view_name(path));
        }
        int result = rmdir_next(at);
        if (result == 0 && named)
            record_forget(view_name(path));
        if (result == 0 || attempt > 0 || !at_refused(at) || !at_lift(at, LIFT_FOLDER))
            return result;
    }
}

static bool ends_up(const char *path) {
    size_t length = text_length(path);
    while (length > 0 && path[length - 1] == '/')
        length--;
    return length >= 2 && path[length - 1] == '.' && path[length - 2] == '.' &&
           (length == 2 || path[length - 3] == '/');
}

static int rmdir_at(struct at *at) {
    int result = at->inside ? rmdir_inside(at) : rmdir_next(at);
    /* ".." was made "." (place_fold), of which the kernel says something else. */
    if (result != 0 && errno == EINVAL && at->form == AT_FOLDED && ends_up(at->given_path))
        errno = ENOTEMPTY;
    return result;
}

DOOR int unlink(const char *path) {
    AT(at, AT_FDCWD, path);
    return unlink_at(&at);
}

DOOR int rmdir(const char *path) {
    AT(at, AT_FDCWD, path);
    return rmdir_at(&at);
}

DOOR int unlinkat(int directory, const char *path, int flags) {
    AT(at, directory, path);
    if (!at.inside)
        return NEXT(unlinkat)(at.directory, at.path, flags);
    return (flags & AT_REMOVEDIR) != 0 ? rmdir_at(&at) : unlink_at(&at);
}

DOOR int remove(const char *path) {
    AT(at, AT_FDCWD, path);
    if (!at.inside)
        return NEXT(remove)(at.path);
    int result = unlink_at(&at);
    return result != 0 && errno == EISDIR ? rmdir_at(&at) : result;
}
