/* The doors that give an entry another name: rename(2) and link(2). */
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
    if (!to->missing && name_entry(to)) {
        at_renew(to->rest);
        record_forget_empty(to->rest);
    }
}

/* Before `link` gets the name of `to`, if it is one. */
static void note_link(const struct place *link, const struct place *to) {
    struct stat status;
    if (to->standing == STANDS_UPPER && link->farm == FARM_NONE &&
        kernel_fstatat(link->folder, link->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(status.st_mode))
        record_link(to->path, to->name);
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
            (standing == STANDS_UPPER || other == STANDS_UPPER)) {
            error = prepare_rename(
                old, new, path_ends_in_slash(from->path) || path_ends_in_slash(to->path), flags);
            note_link(old, new);
            if ((flags & RENAME_EXCHANGE) != 0)
                note_link(new, old);
        }
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
        if (old->folder >= 0 && new->folder >= 0 && !path_ends_in_slash(to->path)) {
            error = prepare_link(old, new);
            note_link(old, new);
        }
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
