/* The doors of readlink(2), realpath(3) and dup(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/calls/name.h"
#include "writable/calls/stat.h"

/* --- readlink -------------------------------------------------------------------------------- */

static bool is_own_link(const struct at *at) {
    struct stat status;
    return kernel_fstatat(at->directory, at->path, &status,
                          AT_SYMLINK_NOFOLLOW | (at->path[0] == '\0' ? AT_EMPTY_PATH : 0)) == 0 &&
           at_is_own(status.st_uid);
}

/* A link is read as it is shown: a farm link is none, and no path of the upper folder is seen. */
static __attribute__((noinline)) ssize_t readlink_whole(const struct at *at, char *buffer,
                                                        size_t size) {
    char target[PATH_MAX];
    ssize_t length = NEXT(readlinkat)(at->directory, at->path, target, sizeof target);
    if (length < 0)
        return length;
    enum farm kind = at->inside ? farm_kind(target, (size_t)length) : FARM_NONE;
    bool own = kind == FARM_NONE || is_own_link(at);
    if (kind != FARM_NONE && own) {
        errno = EINVAL;
        return -1;
    }
    size_t shown = own ? link_show(target, (size_t)length) : (size_t)length;
    memcpy(buffer, target, shown < size ? shown : size);
    return (ssize_t)(shown < size ? shown : size);
}

/* /proc/self/cwd, /proc/self/exe, /proc/PID/fd/3. */
static bool is_proc(const char *path) {
    return path[0] == '/' && path[1] == 'p' && path[2] == 'r' && path[3] == 'o' && path[4] == 'c';
}

static bool is_shown(const struct at *at, const void *buffer, size_t size) {
    return views.active && size > 0 && (uintptr_t)buffer >= 4096 &&
           (at->inside ||
            ((uintptr_t)at->path >= 4096 && kernel_can_read(at->path) && is_proc(at->path)));
}

DOOR ssize_t readlink(const char *restrict path, char *restrict buffer, size_t size) {
    AT(at, AT_FDCWD, path);
    if (is_shown(&at, buffer, size))
        return readlink_whole(&at, buffer, size);
    return NEXT(readlink)(at.path, buffer, size);
}

DOOR ssize_t readlinkat(int directory, const char *restrict path, char *restrict buffer,
                        size_t size) {
    AT(at, directory, path);
    if (is_shown(&at, buffer, size))
        return readlink_whole(&at, buffer, size);
    return NEXT(readlinkat)(at.directory, at.path, buffer, size);
}

ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room);
DOOR ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t room) {
    return readlink(path, buffer, size < room ? size : room);
}

ssize_t __readlinkat_chk(int directory, const char *path, char *buffer, size_t size, size_t room);
DOOR ssize_t __readlinkat_chk(int directory, const char *path, char *buffer, size_t size,
                              size_t room) {
    return readlinkat(directory, path, buffer, size < room ? size : room);
}

/* --- realpath -------------------------------------------------------------------------------- */

enum { LINKS_MOST = 40 };

/* Part by part, as a farm link is no link, and where it leads has another name. */
struct walk {
    char done[PATH_MAX]; /* without a slash at the end; "" for the root */
    char rest[2 * PATH_MAX];
    char link[PATH_MAX];
    unsigned links;
};

/* A link's target in front of what is left. */
static int follow(struct walk *walk, const char *rest, size_t length) {
    size_t left = text_length(rest);
    if (++walk->links > LINKS_MOST)
        return ELOOP;
    if (length + left + 2 > sizeof walk->rest)
        return ENAMETOOLONG;
    memmove(walk->rest + length + (left > 0), rest, left + 1);
    memcpy(walk->rest, walk->link, length);
    if (left > 0)
        walk->rest[length] = '/';
    if (walk->link[0] == '/')
        walk->done[0] = '\0';
    return 0;
}

static void go_up(char *path) {
    size_t length = text_length(path);
    while (length > 0 && path[length - 1] != '/')
        length--;
    path[length > 0 ? length - 1 : 0] = '\0';
}

/* One part, of `size` bytes; `rest` is what follows. */
static int step(struct walk *walk, size_t size, const char **rest) {
    struct stat status;
    const char *part = *rest;
    *rest += size;
    if (size == 0 || (size == 1 && part[0] == '.'))
        return **rest != '\0' && walk->done[0] != '\0' && status_of(walk->done, &status, 0) != 0
                   ? errno
                   : 0;
    if (size == 2 && part[0] == '.' && part[1] == '.') {
        go_up(walk->done);
        return 0;
    }
    size_t before = text_length(walk->done);
    struct text done = {.buffer = walk->done, .capacity = PATH_MAX, .length = before};
    text_append(&done, "/");
    text_append_bytes(&done, part, size);
    if (done.cut)
        return ENAMETOOLONG;
    ssize_t length = readlink(walk->done, walk->link, sizeof walk->link - 1);
    if (length < 0)
        return errno != EINVAL ? errno
               : **rest == '/' &&
                       (status_of(walk->done, &status, 0) != 0 || !S_ISDIR(status.st_mode))
                   ? ENOTDIR
                   : 0;
    walk->link[length] = '\0';
    walk->done[before] = '\0';
    int error = follow(walk, *rest, (size_t)length);
    *rest = walk->rest;
    return error;
}

static int walk_path(struct walk *walk, const char *path) {
    if (path[0] != '/') {
        char current[PATH_MAX];
        const char *name;
        int error = place_physical(AT_FDCWD, current);
        if (error != 0)
            return -error;
        place_standing(current, &name);
        text_copy(walk->done, PATH_MAX, text_equal(name, "/") ? "" : name);
    }
    if (!text_copy(walk->rest, sizeof walk->rest, path))
        return ENAMETOOLONG;
    for (const char *rest = walk->rest; *rest != '\0';) {
        size_t size = 0;
        while (*rest == '/' && rest[1] == '/')
            rest++;
        rest += *rest == '/';
        while (rest[size] != '/' && rest[size] != '\0')
            size++;
        int error = size > 0 ? step(walk, size, &rest) : 0;
        if (error != 0)
            return error;
    }
    return 0;
}

/* Only a path that begins or ends in a view needs it. */
static bool is_viewed(const char *path) {
    bool interior;
    return views.active && (uintptr_t)path >= 4096 && path[0] != '\0' &&
           (path[0] != '/' ? at_current_inside : view_names(path) || path_goes_up(path, &interior));
}

static char *viewed_realpath(const char *path, char *resolved) {
    struct walk *walk = kernel_pages(sizeof *walk);
    int error = walk != NULL ? walk_path(walk, path) : ENOMEM;
    char *result = NULL;
    if (error == 0) {
        const char *name = walk->done[0] != '\0' ? walk->done : "/";
        size_t size = text_length(name) + 1;
        result = resolved != NULL ? resolved : NEXT(malloc)(size);
        if (result != NULL)
            memcpy(result, name, size);
    } else {
        errno = error;
    }
    if (walk != NULL)
        kernel_release(walk, sizeof *walk);
    return result;
}

DOOR char *realpath(const char *restrict path, char *restrict resolved) {
    return is_viewed(path) ? viewed_realpath(path, resolved) : NEXT(realpath)(path, resolved);
}

char *__realpath_chk(const char *path, char *resolved, size_t room);
DOOR char *__realpath_chk(const char *path, char *resolved, size_t room) {
    (void)room;
    return realpath(path, resolved);
}

DOOR char *canonicalize_file_name(const char *path) {
    return realpath(path, NULL);
}

/* --- descriptors ----------------------------------------------------------------------------- */

static int copied(int from, int to) {
    if (to >= 0 && views.active && at_hinted(from))
        at_hint(to);
    return to;
}

DOOR int dup(int fd) {
    return copied(fd, NEXT(dup)(fd));
}

DOOR int dup2(int fd, int to) {
    return copied(fd, NEXT(dup2)(fd, to));
}

DOOR int dup3(int fd, int to, int flags) {
    return copied(fd, NEXT(dup3)(fd, to, flags));
}

int viewed_fcntl(fcntl_function *next, int fd, int command, long argument) {
    int result = next(fd, command, argument);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        return copied(fd, result);
    return result;
}

int fcntl_door(int fd, int command, long argument) __asm__(WIDE_NAME(fcntl, __fcntl_time64));

DOOR int fcntl_door(int fd, int command, long argument) {
    return viewed_fcntl((fcntl_function *)NEXT(fcntl), fd, command, argument);
}

DOOR_ALIAS_WIDE(fcntl64, fcntl);
