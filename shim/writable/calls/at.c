#include "writable/calls/at.h"

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/text.h"

bool at_current_inside;
uint64_t at_hints[HINTS / 64];

void at_hint(int fd) {
    if ((unsigned)fd < HINTS)
        __atomic_fetch_or(&at_hints[fd / 64], (uint64_t)1 << (fd % 64), __ATOMIC_RELAXED);
}

static void unhint(int fd) {
    if ((unsigned)fd < HINTS)
        __atomic_fetch_and(&at_hints[fd / 64], ~((uint64_t)1 << (fd % 64)), __ATOMIC_RELAXED);
}

struct at at_begin(int directory, const char *path) {
    struct at at = {.directory = directory, .path = path, .opened = -1};
    at.given_directory = directory;
    at.given_path = path;
    if (!views.active || !at_plausible(path))
        return at;
    bool interior = false;
    if (path[0] == '/') {
        if (path_goes_up(path, &interior))
            at.form = AT_FOLDED;
        else if (view_names(path))
            at.form = AT_IN_VIEW;
        else
            return at;
        at.inside = at.form == AT_IN_VIEW;
        at.room = at.inside ? views.tree_length + text_length(path) + 1 : PATH_MAX;
        return at;
    }
    at.inside = directory == AT_FDCWD ? at_current_inside : at_hinted(directory);
    if (!at.inside)
        return at;
    if (path_goes_up(path, &interior)) {
        at.form = AT_FOLDED;
        at.room = PATH_MAX;
    } else {
        at_settle(&at);
    }
    return at;
}

/* A relative path that goes up: only from a lower folder, or behind another part, is that not the
 * kernel's. And one by a descriptor of a folder above a view. */
static __attribute__((noinline)) void fold(struct at *at, char *room) {
    char base[PATH_MAX];
    const char *name = "";
    bool interior = false;
    path_goes_up(at->given_path, &interior);
    if (at->given_path[0] != '/') {
        if (place_physical(at->given_directory, base) != 0)
            return;
        if (place_standing(base, &name) != STANDS_LOWER && !interior && !view_is_below(base))
            return;
    }
    place_fold(room, name, at->given_path);
    at->directory = AT_FDCWD;
    at->path = room;
    at->inside = at->inside || view_is_upper(room);
}

void at_write(struct at *at, char *room) {
    if (at->form == AT_FOLDED) {
        fold(at, room);
        return;
    }
    view_upper_path(room, at->room, at->given_path);
    at->directory = AT_FDCWD;
    at->path = room;
}

static __attribute__((noinline)) void settle(struct at *at) {
    char physical[PATH_MAX];
    char upper[PATH_MAX];
    const char *name;
    if (place_physical(at->given_directory, physical) != 0)
        return;
    enum standing standing = place_standing(physical, &name);
    if (standing == STANDS_OUTSIDE && at->given_directory != AT_FDCWD) {
        at->inside = false;
        if (view_is_below(physical)) {
            at->form = AT_FOLDED;
            at->room = PATH_MAX;
        } else {
            unhint(at->given_directory);
        }
    }
    if (standing != STANDS_LOWER || !lift_is_expanded(name, upper))
        return;
    if (at->given_directory == AT_FDCWD) {
        system_call3(SYS_chdir, (long)upper, 0, 0);
    } else if (at->opened < 0) {
        at->opened = kernel_open(upper, O_PATH | O_DIRECTORY, 0);
        if (at->opened >= 0)
            at->directory = at->opened;
    }
}

void at_settle(struct at *at) {
    settle(at);
}

/* As dup3, keeping whether it is closed on exec. */
void at_replace(int fd, const char *path) {
    int upper = kernel_open(path, O_RDONLY | O_DIRECTORY, 0);
    if (upper < 0)
        return;
    long flags = system_call3(SYS_fcntl, fd, F_GETFD, 0);
    system_call3(SYS_dup3, upper, fd, (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
    kernel_close(upper);
}

static void renew(int fd, const char *folder) {
    char physical[PATH_MAX];
    char upper[PATH_MAX];
    const char *name;
    if (place_physical(fd, physical) != 0 || place_standing(physical, &name) != STANDS_LOWER ||
        !view_holds(folder, name) || !lift_is_expanded(name, upper))
        return;
    if (fd == AT_FDCWD)
        system_call3(SYS_chdir, (long)upper, 0, 0);
    else
        at_replace(fd, upper);
}

void at_renew(const char *folder) {
    if (at_current_inside)
        renew(AT_FDCWD, folder);
    for (int fd = 0; fd < HINTS; fd++)
        if (at_hints[fd / 64] == 0)
            fd |= 63;
        else if (at_hinted(fd))
            renew(fd, folder);
}

void at_end(struct at *at) {
    if (__builtin_expect(at->opened >= 0, 0))
        kernel_close(at->opened);
}

__attribute__((noinline)) bool at_lift(struct at *at, enum lift what) {
    return at_place(at, what, NULL) == STANDS_UPPER;
}

enum standing at_place(struct at *at, enum lift what, struct place *place) {
    enum standing standing = lift(at->directory, at->path, what, place);
    if (standing == STANDS_UPPER && at->path == at->given_path && at->path[0] != '/')
        settle(at);
    return standing;
}

bool at_is_lower(const struct at *at, bool follow) {
    struct place *place = place_new();
    if (place == NULL)
        return false;
    bool lower = place_find(place, at->directory, at->path, follow) == 0 &&
                 (place->standing == STANDS_LOWER || place->farm != FARM_NONE) &&
                 view_names_root(place->path);
    place_free(place);
    return lower;
}

__attribute__((noinline)) enum farm at_farm(const struct at *at, char target[PATH_MAX]) {
    char link[PATH_MAX];
    if (!at->inside)
        return FARM_NONE;
    /* A slash at the end would have the link followed. */
    size_t size = text_length(at->path);
    bool trimmed = size > 1 && at->path[size - 1] == '/';
    if (trimmed && text_copy(link, sizeof link, at->path))
        for (; size > 1 && link[size - 1] == '/'; size--)
            link[size - 1] = '\0';
    ssize_t length =
        kernel_readlinkat(at->directory, trimmed ? link : at->path, link, PATH_MAX - 1);
    if (length <= 0)
        return FARM_NONE;
    link[length] = '\0';
    enum farm kind = farm_kind(link, (size_t)length);
    if (kind != FARM_NONE && target != NULL)
        text_copy(target, PATH_MAX, farm_path(link));
    return kind;
}
