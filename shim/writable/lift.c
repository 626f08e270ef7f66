#include "writable/lift.h"

#include <string.h>

#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/text.h"
#include "writable/expansion.h"
#include "writable/record.h"

static bool entry_path(char path[PATH_MAX], const struct place *place) {
    struct text text = text_in(path, PATH_MAX);
    text_append(&text, text_equal(place->path, "/") ? "" : place->path);
    if (place->name[0] != '\0') {
        text_append(&text, "/");
        text_append(&text, place->name);
    }
    return !text.cut;
}

/* A full or a read-only upper folder: the program gets its own error, and the user a line. */
static int say(int error, const char *path) {
    if (error == -ENOSPC || error == -EDQUOT || error == -EROFS || error == -EIO || error == -EFBIG)
        log_error_once("cannot write ", path, " in ", views.upper, ": ", errno_name(-error),
                       "; QLSHIM_UPPER names another folder for it");
    return error;
}

static int make_entry_real(const struct place *place, bool output) {
    static char path[PATH_MAX]; /* upper_lock */
    if (!entry_path(path, place))
        return -ENAMETOOLONG;
    if (place->farm == FARM_FILE)
        return say(copy_up(path, farm_path(place->target), output), path);
    if (place->farm == FARM_FOLDER || place->name[0] == '\0')
        return say(expand_to(path), path);
    return 0;
}

/* The farms above a view are there for "..": what a link or a ".." finds in them is outside. */
static enum standing lift_place(struct place *place, enum lift what) {
    if (place->standing == STANDS_OUTSIDE || !view_names_root(place->path))
        return STANDS_OUTSIDE;
    bool whole = place->name[0] == '\0';
    if (whole && what == LIFT_FOLDER)
        return place->standing;
    int error = place->standing == STANDS_LOWER ? say(expand_to(place->path), place->path) : 0;
    return error < 0 ? STANDS_OUTSIDE : STANDS_UPPER;
}

/* The folder is expanded now: its entry is to be looked at there, as a farm link. */
static bool move_to_upper(struct place *place) {
    static char upper[PATH_MAX]; /* upper_lock */
    if (!view_upper_path(upper, PATH_MAX, place->path))
        return false;
    int fd = kernel_open(upper, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return false;
    place_release(place);
    place->folder = fd;
    place->standing = STANDS_UPPER;
    place_look(place);
    return true;
}

/* A slash at the end has a link followed. */
static bool follows(enum lift what, const char *path) {
    return what == LIFT_ENTRY || what == LIFT_OUTPUT ||
           (what == LIFT_LINK && path_ends_in_slash(path));
}

static enum standing lift_entry(struct place *place, int directory, const char *path,
                                enum lift what) {
    if (place_find(place, directory, path, follows(what, path)) != 0)
        return STANDS_OUTSIDE;
    bool lower = place->standing == STANDS_LOWER;
    enum standing standing = lift_place(place, what);
    if (standing != STANDS_UPPER || (lower && !move_to_upper(place)))
        return STANDS_OUTSIDE;
    if (what == LIFT_FOLDER)
        return STANDS_UPPER;
    if (make_entry_real(place, what == LIFT_OUTPUT) < 0)
        return STANDS_OUTSIDE;
    place->farm = FARM_NONE;
    return STANDS_UPPER;
}

/* Whether there is nothing to lift: then the lock is not needed. */
static bool is_lifted(struct place *place, int directory, const char *path, enum lift what,
                      enum standing *standing) {
    if (place_find(place, directory, path, follows(what, path)) != 0)
        return true;
    bool entry = what != LIFT_FOLDER && place->farm != FARM_NONE;
    if (place->standing == STANDS_LOWER || (place->standing == STANDS_UPPER && entry))
        return false;
    *standing = place->standing;
    return true;
}

enum standing lift(int directory, const char *path, enum lift what, struct place *given) {
    struct upper_lock lock;
    struct place *place = given != NULL ? given : place_new();
    enum standing standing = STANDS_OUTSIDE;
    if (place == NULL)
        return standing;
    if (!is_lifted(place, directory, path, what, &standing) && upper_lock(&lock) == 0) {
        place_release(place);
        standing = lift_entry(place, directory, path, what);
        upper_unlock(&lock);
    }
    if (given == NULL)
        place_free(place);
    return standing;
}

static int make_whole(const struct place *place) {
    static char path[PATH_MAX]; /* upper_lock */
    if (!entry_path(path, place))
        return -ENAMETOOLONG;
    if (place->farm == FARM_OTHER)
        return 0;
    return say(place->farm == FARM_FILE ? copy_up(path, farm_path(place->target), false)
                                        : expand_deep(path),
               path);
}

int lift_whole(const struct place *place) {
    struct upper_lock lock;
    int error = upper_lock(&lock);
    if (error != 0)
        return error;
    error = make_whole(place);
    upper_unlock(&lock);
    return error;
}

/* Something real at the upper path: through a farm link of a folder above it would be the lower one
 * itself. */
static bool is_real(const char *path, const char *lower, struct stat *status) {
    struct stat below;
    return kernel_lstat(path, status) == 0 && !S_ISLNK(status->st_mode) &&
           (kernel_lstat(lower, &below) != 0 || below.st_ino != status->st_ino ||
            below.st_dev != status->st_dev);
}

bool lift_is_expanded(struct named_folder *folder) {
    struct stat status;
    memcpy(folder->path, views.tree, views.tree_length);
    return is_real(folder->path, folder_name_in(folder), &status) && S_ISDIR(status.st_mode);
}

bool lift_descriptor(int fd, bool make, char path[PATH_MAX]) {
    char physical[PATH_MAX];
    const char *name;
    struct stat status;
    if (place_physical(fd, physical) != 0 || place_standing(physical, &name) != STANDS_LOWER ||
        !view_upper_path(path, PATH_MAX, name))
        return false;
    if (make && lift(AT_FDCWD, path, LIFT_LINK, NULL) != STANDS_UPPER)
        return false;
    return is_real(path, name, &status);
}
