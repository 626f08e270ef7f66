/* The doors that make, remove and rename entries: mkdir(2), unlink(2), rename(2), link(2),
 * symlink(2), mknod(2). */
#include <dirent.h>
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

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

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
    if (place != NULL)
        place_free(place);
    if (upper && link_store(stored, sizeof stored, target))
        target = stored;
    return NEXT(symlinkat)(target, at->directory, at->path);
}

DOOR int symlinkat(const char *target, int directory, const char *path) {
    AT(at, directory, path);
    if (at.inside && at_plausible(target) && target[0] == '/')
        return symlink_stored(target, &at);
    return LIFTING(at, LIFT_FOLDER, NEXT(symlinkat)(target, at.directory, at.path));
}

DOOR int symlink(const char *target, const char *path) {
    AT(at, AT_FDCWD, path);
    if (at.inside && at_plausible(target) && target[0] == '/')
        return symlink_stored(target, &at);
    return LIFTING(at, LIFT_FOLDER, NEXT(symlink)(target, at.path));
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

/* A farm link of a folder is a folder to the program, before a lift and after. */
static int unlink_at(struct at *at) {
    char lower[PATH_MAX];
    for (unsigned attempt = 0;; attempt++) {
        if (at_farm(at, lower) == FARM_FOLDER) {
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

static int folder_is_empty(const char *path) {
    struct entries *entries = kernel_pages(sizeof *entries);
    int fd = kernel_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    int result = entries == NULL ? -ENOMEM : fd;
    if (fd >= 0 && entries != NULL) {
        entries->fd = fd;
        struct entry *entry = entries_next(entries);
        result = entries->error != 0 ? entries->error : entry == NULL;
    }
    if (entries != NULL)
        kernel_release(entries, sizeof *entries);
    if (fd >= 0)
        kernel_close(fd);
    return result;
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
        if (named)
            at_renew(view_name(path));
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

/* --- renaming -------------------------------------------------------------------------------- */

static int fail(int error) {
    errno = error;
    return -1;
}

static bool is_folder(const struct place *place) {
    struct stat status;
    if (place->farm != FARM_NONE)
        return place->farm == FARM_FOLDER;
    return kernel_fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode);
}

/* A link that says something else in the upper folder than outside. */
static bool is_rewritten_link(struct place *place) {
    char *link = place->target;
    ssize_t length = kernel_readlinkat(place->folder, place->name, link, PATH_MAX - 1);
    if (length <= 0)
        return false;
    link[length] = '\0';
    return link_store(place->rest, PATH_MAX, link) ||
           link_show(link, (size_t)length) != (size_t)length;
}

/* Whether the kernel refuses to change the folder: that it says before all that only the shim
 * knows. */
static bool is_refused(struct place *place) {
    bool upper =
        place->standing == STANDS_UPPER && view_upper_path(place->rest, PATH_MAX, place->path);
    return place->standing != STANDS_LOWER &&
           kernel_access_effective(upper ? place->rest : place->path, W_OK | X_OK) != 0;
}

/* The entry's name in the view, in the place's scratch. */
static bool name_entry(struct place *place) {
    struct text text = text_in(place->rest, PATH_MAX);
    text_append(&text, text_equal(place->path, "/") ? "" : place->path);
    text_append(&text, "/");
    text_append(&text, place->name);
    return !text.cut;
}

static int make_whole(struct place *place) {
    int error = lift_whole(place);
    if (error == 0 && name_entry(place))
        at_renew(place->rest);
    return error == -ESTALE ? 0 : error; /* real by now: the kernel's turn */
}

/* Whether the second entry lies below the first. */
static bool holds(struct place *from, const struct place *to) {
    return name_entry(from) && view_holds(from->rest, to->path);
}

/* The folder that is replaced goes: what is open of its lower one is not the new one's. */
static void renew_replaced(struct place *to) {
    if (!to->missing && name_entry(to))
        at_renew(to->rest);
}

/* Whether the folder may not be moved to another: its ".." is changed, so it must be writable. */
static bool is_fixed(const struct place *from, const struct place *to) {
    struct stat status;
    return !text_equal(from->path, to->path) &&
           kernel_fstatat(from->folder, from->name, &status, 0) == 0 &&
           (status.st_mode & S_IWUSR) == 0;
}

/* 0 where the kernel may rename now, else the errno of what it cannot tell. */
static int prepare_rename(struct place *from, struct place *to, bool slash, unsigned flags) {
    bool both = from->standing == STANDS_UPPER && to->standing == STANDS_UPPER;
    bool folder = is_folder(from);
    if (from->missing || from->name[0] == '\0' || to->name[0] == '\0')
        return 0;
    bool exchange = (flags & RENAME_EXCHANGE) != 0;
    bool kept = (flags & RENAME_NOREPLACE) != 0 && !to->missing;
    if ((both && holds(from, to)) || (exchange && to->missing) || kept)
        return 0; /* EINVAL, ENOENT, EEXIST */
    bool same = both && text_equal(from->path, to->path) && text_equal(from->name, to->name);
    /* To itself it may be renamed in any folder. */
    if (!(same && folder) && (is_refused(from) || is_refused(to)))
        return folder && slash ? EACCES : 0; /* of a farm link it would say ENOTDIR */
    if (!both)
        return folder || from->farm != FARM_NONE || is_rewritten_link(from) ? EXDEV : 0;
    if (to->farm == FARM_FOLDER && !same && !exchange) {
        if (!folder)
            return slash ? ENOTDIR : EISDIR;
        if (is_fixed(from, to))
            return EACCES;
        int empty = folder_is_empty(farm_path(to->target));
        if (empty != 1 || (empty = make_whole(to)) != 0)
            return empty == 0 ? ENOTEMPTY : -empty;
    }
    if (folder && !same && is_folder(to))
        renew_replaced(to);
    int error = folder || from->farm != FARM_NONE ? make_whole(from) : 0;
    if (error == 0 && exchange && (to->farm != FARM_NONE || is_folder(to)))
        error = make_whole(to);
    return -error;
}

typedef int rename_call(const struct at *from, const struct at *to, unsigned flags);

static __attribute__((noinline)) int rename_inside(struct at *from, struct at *to, unsigned flags,
                                                   rename_call *call) {
    struct place *old = place_new();
    struct place *new = place_new();
    int error = 0;
    if (old != NULL && new != NULL) {
        enum standing standing = at_place(from, LIFT_FOLDER, old);
        enum standing other = at_place(to, LIFT_FOLDER, new);
        if (old->folder >= 0 && new->folder >= 0 &&
            (standing == STANDS_UPPER || other == STANDS_UPPER))
            error = prepare_rename(
                old, new, path_ends_in_slash(from->path) || path_ends_in_slash(to->path), flags);
    }
    if (old != NULL)
        place_free(old);
    if (new != NULL)
        place_free(new);
    return error != 0 ? fail(error) : call(from, to, flags);
}

static int rename_next(const struct at *from, const struct at *to, unsigned flags) {
    (void)flags;
    if (from->directory == AT_FDCWD && to->directory == AT_FDCWD)
        return NEXT(rename)(from->path, to->path);
    return NEXT(renameat)(from->directory, from->path, to->directory, to->path);
}

/* By the system call's number: musl has no function for it before 1.2.6. */
static int rename_flags_next(const struct at *from, const struct at *to, unsigned flags) {
    typedef long syscall_function(long number, ...);
    return (int)((syscall_function *)NEXT(syscall))(SYS_renameat2, (long)from->directory,
                                                    from->path, (long)to->directory, to->path,
                                                    (long)flags);
}

DOOR int rename(const char *from, const char *to) {
    AT(old, AT_FDCWD, from);
    AT(new, AT_FDCWD, to);
    return old.inside || new.inside ? rename_inside(&old, &new, 0, rename_next)
                                    : NEXT(rename)(old.path, new.path);
}

DOOR int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    AT(old, from_directory, from);
    AT(new, to_directory, to);
    return old.inside || new.inside
               ? rename_inside(&old, &new, 0, rename_next)
               : NEXT(renameat)(old.directory, old.path, new.directory, new.path);
}

DOOR int renameat2(int from_directory, const char *from, int to_directory, const char *to,
                   unsigned flags) {
    AT(old, from_directory, from);
    AT(new, to_directory, to);
    return old.inside || new.inside ? rename_inside(&old, &new, flags, rename_flags_next)
                                    : rename_flags_next(&old, &new, flags);
}

/* --- hard links ------------------------------------------------------------------------------ */

static int prepare_link(struct place *from, struct place *to) {
    if (from->missing || !to->missing || is_refused(to))
        return 0;
    if (from->farm == FARM_NONE)
        return from->standing != to->standing && is_rewritten_link(from) ? EXDEV : 0;
    if (to->standing != STANDS_UPPER)
        return EXDEV;
    return from->farm == FARM_FOLDER ? EPERM : -lift_whole(from);
}

static __attribute__((noinline)) int link_inside(struct at *from, struct at *to, int flags) {
    struct place *old = place_new();
    struct place *new = place_new();
    int error = 0;
    if (old != NULL && new != NULL) {
        enum lift what = (flags & AT_SYMLINK_FOLLOW) != 0 ? LIFT_ENTRY : LIFT_FOLDER;
        at_place(from, what, old);
        at_place(to, LIFT_FOLDER, new);
        /* Nothing but a folder can be made by a name with a slash at its end. */
        if (old->folder >= 0 && new->folder >= 0 && !path_ends_in_slash(to->path))
            error = prepare_link(old, new);
    }
    if (old != NULL)
        place_free(old);
    if (new != NULL)
        place_free(new);
    if (error != 0)
        return fail(error);
    return NEXT(linkat)(from->directory, from->path, to->directory, to->path, flags);
}

DOOR int link(const char *from, const char *to) {
    AT(old, AT_FDCWD, from);
    AT(new, AT_FDCWD, to);
    return old.inside || new.inside ? link_inside(&old, &new, 0) : NEXT(link)(old.path, new.path);
}

DOOR int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    AT(old, from_directory, from);
    AT(new, to_directory, to);
    return old.inside || new.inside
               ? link_inside(&old, &new, flags)
               : NEXT(linkat)(old.directory, old.path, new.directory, new.path, flags);
}
