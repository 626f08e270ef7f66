#include "writable/calls/at.h"

#include <string.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/text.h"
#include "writable/expansion.h"

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

/* The descriptor of "/proc/self/fd/N", or "/dev/fd/N", where it may be in a view; or -1. */
static int descriptor_in(const char *path) {
    const char *digits = text_after(path, "/proc/self/fd/");
    unsigned fd = 0;
    if (digits == NULL)
        digits = text_after(path, "/dev/fd/");
    if (digits == NULL || *digits == '\0')
        return -1;
    for (; *digits >= '0' && *digits <= '9' && fd < HINTS; digits++)
        fd = 10 * fd + (unsigned)(*digits - '0');
    return *digits == '\0' && fd < HINTS && at_hinted((int)fd) ? (int)fd : -1;
}

/* The name in the view of what is open, or NULL; `path` is scratch. */
static const char *name_of_lower(int fd, char path[PATH_MAX]) {
    const char *name;
    return place_physical(fd, path) == 0 && place_standing(path, &name) == STANDS_LOWER ? name
                                                                                        : NULL;
}

static __attribute__((noinline)) void begin_by_proc(struct at *at) {
    char path[PATH_MAX];
    int fd = descriptor_in(at->path);
    if (fd < 0 || name_of_lower(fd, path) == NULL)
        return;
    at->form = AT_BY_PROC;
    at->inside = true;
    at->room = PATH_MAX;
}

static void begin_inside(struct at *at, size_t length) {
    at->form = AT_IN_VIEW;
    at->inside = true;
    at->room = views.tree_length + length + 1;
}

static __attribute__((noinline)) void begin_folded(struct at *at) {
    at->form = AT_FOLDED;
    at->room = PATH_MAX;
}

static __attribute__((noinline)) void begin_relative(struct at *at) {
    bool interior;
    at->inside = true;
    if (path_goes_up(at->path, &interior))
        begin_folded(at);
    else
        at_settle(at);
}

static inline bool begin_absolute(struct at *at) {
    struct path_look look;
    bool interior;
    bool named = view_names_at_once(at->path, &look);
    if (__builtin_expect(look.dotted, 0) && path_goes_up(at->path, &interior))
        begin_folded(at);
    else if (__builtin_expect(named, 0))
        begin_inside(at, look.length);
    else if (at->path[1] == 'p' || at->path[1] == 'd')
        begin_by_proc(at);
    return at->room > 0;
}

/* Most paths have nothing to do with a view, and of those the rest of `at` is not looked at. */
void at_begin(struct at *at, int directory, const char *path) {
    at->directory = directory;
    at->path = path;
    at->inside = false;
    at->room = 0;
    at->opened = -1;
    at->given_directory = directory;
    at->given_path = path;
    at->form = AT_AS_IT_IS;
    if (!views.active || !at_plausible(path))
        return;
    if (path[0] == '/') {
        if (!begin_absolute(at))
            return;
    } else {
        if (!(directory == AT_FDCWD ? at_current_inside : at_hinted(directory)))
            return;
        begin_relative(at);
        if (!at->inside && at->room == 0)
            return;
    }
    at->saved = errno_now();
}

/* A relative path that goes up: only from a lower folder, behind another part, or out of a view is
 * that not the kernel's. And one by a descriptor of a folder above a view. */
static __attribute__((noinline)) void fold(struct at *at, char *room) {
    const char *name = "";
    bool interior = false;
    bool up = path_goes_up(at->given_path, &interior);
    if (at->given_path[0] != '/') {
        if (place_physical(at->given_directory, room) != 0)
            return;
        enum standing standing = place_standing(room, &name);
        if (!interior && standing != STANDS_LOWER && !view_is_below(room) &&
            (standing == STANDS_OUTSIDE || !view_is_left(name, at->given_path)))
            return;
    }
    if (!place_fold(room, name, at->given_path) || (!up && !view_is_upper(room)))
        return;
    at->directory = AT_FDCWD;
    at->path = room;
    at->inside = view_is_upper(room);
}

void at_write(struct at *at, char *room) {
    at->buffer = room;
    if (at->form == AT_BY_PROC)
        return;
    if (at->form == AT_FOLDED) {
        fold(at, room);
        return;
    }
    memcpy(room, views.tree, views.tree_length);
    memcpy(room + views.tree_length, at->given_path, at->room - views.tree_length);
    at->directory = AT_FDCWD;
    at->path = room;
}

static void settle(struct at *at, struct named_folder *folder) {
    const char *name;
    if (place_physical(at->given_directory, folder_name_in(folder)) != 0)
        return;
    enum standing standing = place_standing(folder_name_in(folder), &name);
    if (standing == STANDS_OUTSIDE) {
        at->inside = false;
        if (view_is_below(name)) {
            at->form = AT_FOLDED;
            at->room = PATH_MAX;
        } else if (at->given_directory != AT_FDCWD) {
            unhint(at->given_directory);
        }
    }
    if (standing != STANDS_LOWER || !lift_is_expanded(folder))
        return;
    if (at->given_directory == AT_FDCWD) {
        system_call3(SYS_chdir, (long)folder->path, 0, 0);
    } else if (at->opened < 0) {
        at->opened = kernel_open(folder->path, O_PATH | O_DIRECTORY, 0);
        if (at->opened >= 0)
            at->directory = at->opened;
    }
}

__attribute__((noinline)) void at_settle(struct at *at) {
    struct named_folder folder;
    settle(at, &folder);
}

/* With two paths that go up beside it on the stack. */
static void settle_in_pages(struct at *at) {
    struct named_folder *folder = kernel_pages(sizeof *folder);
    if (folder == NULL)
        return;
    settle(at, folder);
    kernel_release(folder, sizeof *folder);
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

static void renew(int fd, const char *replaced, struct named_folder *folder) {
    const char *name;
    if (place_physical(fd, folder_name_in(folder)) != 0 ||
        place_standing(folder_name_in(folder), &name) != STANDS_LOWER ||
        !view_holds(replaced, name) || !lift_is_expanded(folder))
        return;
    if (fd == AT_FDCWD)
        system_call3(SYS_chdir, (long)folder->path, 0, 0);
    else
        at_replace(fd, folder->path);
}

void at_renew(const char *folder) {
    struct named_folder *room = kernel_pages(sizeof *room);
    if (room == NULL)
        return;
    if (at_current_inside)
        renew(AT_FDCWD, folder, room);
    for (int fd = 0; fd < HINTS; fd++)
        if (at_hints[fd / 64] == 0)
            fd |= 63;
        else if (at_hinted(fd))
            renew(fd, folder, room);
    kernel_release(room, sizeof *room);
}

void at_close(const struct at *at) {
    kernel_close(at->opened);
}

__attribute__((noinline)) bool at_lift(struct at *at, enum lift what) {
    return at_place(at, what, NULL) == STANDS_UPPER;
}

/* What is open stays the lower one; its copy has a path. */
static __attribute__((noinline)) void name_lifted(struct at *at) {
    char path[PATH_MAX];
    const char *name = name_of_lower(descriptor_in(at->given_path), path);
    if (name != NULL && view_upper_path(at->buffer, PATH_MAX, name))
        at->path = at->buffer;
}

enum standing at_place(struct at *at, enum lift what, struct place *place) {
    enum standing standing = lift(at->directory, at->path, what, place);
    if (standing == STANDS_UPPER && at->path == at->given_path && at->path[0] != '/')
        settle_in_pages(at);
    if (standing == STANDS_UPPER && at->form == AT_BY_PROC)
        name_lifted(at);
    if (standing == STANDS_UPPER)
        errno = at->saved; /* of the refusal nothing is left */
    return standing;
}

bool at_is_lower(const struct at *at, bool follow) {
    struct place *place = place_new();
    if (place == NULL)
        return false;
    bool lower = place_find(place, at->directory, at->path, follow) == 0 &&
                 (place->standing == STANDS_LOWER || place->farm != FARM_NONE) &&
                 view_names_root(place->path) &&
                 (place->standing != STANDS_LOWER || expand_may(place->path, place->rest));
    place_free(place);
    return lower;
}

bool at_is_own(uid_t owner) {
    return owner == views.uid || owner == kernel_geteuid();
}

enum farm at_own_farm(int directory, const char *path, char target[PATH_MAX]) {
    ssize_t length = kernel_readlinkat(directory, path, target, PATH_MAX - 1);
    enum farm kind = length > 0 ? farm_kind(target, (size_t)length) : FARM_NONE;
    if (kind == FARM_NONE)
        return kind;
    target[length] = '\0';
    const char *lower = farm_path(target);
    memmove(target, lower, text_length(lower) + 1);
    return kind;
}

/* By a descriptor: who may exchange links meanwhile does not get another's judged. */
static enum farm farm_of_own(int directory, const char *path, char target[PATH_MAX]) {
    struct stat status;
    enum farm kind = FARM_NONE;
    int fd = kernel_openat(directory, path, O_PATH | O_NOFOLLOW);
    if (fd >= 0 && kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 && at_is_own(status.st_uid))
        kind = at_own_farm(fd, "", target);
    if (fd >= 0)
        kernel_close(fd);
    return kind;
}

__attribute__((noinline)) enum farm at_farm(const struct at *at, char target[PATH_MAX]) {
    const char *path = at->path;
    if (!at->inside)
        return FARM_NONE;
    /* A slash at the end would have the link followed. */
    size_t size = text_length(path);
    if (size > 1 && path[size - 1] == '/' && text_copy(target, PATH_MAX, path)) {
        for (path = target; size > 1 && target[size - 1] == '/'; size--)
            target[size - 1] = '\0';
    }
    /* Most are none, and that is told by one call. */
    char first[8] = "";
    ssize_t length = kernel_readlinkat(at->directory, path, first, sizeof first);
    if (length <= 0 || farm_kind(first, (size_t)length) == FARM_NONE) {
        target[0] = first[0];
        return FARM_NONE;
    }
    return farm_of_own(at->directory, path, target);
}

bool at_is_farm(const struct at *at) {
    char lower[PATH_MAX];
    return at_farm(at, lower) != FARM_NONE;
}
