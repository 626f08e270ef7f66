/*
 * The doors of chdir(2), getcwd(3), opendir(3) and readdir(3): a folder of the upper tree is told
 * by its name in the view, and its farm links by what they stand for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/calls/folder.h"
#include "writable/upper.h"

/* --- the current folder ---------------------------------------------------------------------- */

/* From now on relative paths may be in a view. */
void current_look(void) {
    char physical[PATH_MAX];
    const char *name;
    if (!at_current_inside && place_physical(AT_FDCWD, physical) == 0 &&
        place_standing(physical, &name) != STANDS_OUTSIDE)
        at_current_inside = true;
}

DOOR int chdir(const char *path) {
    AT(at, AT_FDCWD, path);
    int result = NEXT(chdir)(at.path);
    if (result == 0 && views.active)
        current_look();
    return result;
}

DOOR int fchdir(int fd) {
    struct named_folder folder;
    const char *name;
    int result = NEXT(fchdir)(fd);
    if (result != 0 || !views.active)
        return result;
    current_look();
    if (at_current_inside && place_physical(AT_FDCWD, folder_name_in(&folder)) == 0 &&
        place_standing(folder_name_in(&folder), &name) == STANDS_LOWER && lift_is_expanded(&folder))
        system_call3(SYS_chdir, (long)folder.path, 0, 0);
    return result;
}

static void strip(char *path) {
    const char *name = view_name(path);
    for (size_t i = 0; name != path && (i == 0 || path[i - 1] != '\0'); i++)
        path[i] = name[i];
}

static char *strip_current(char *path) {
    if (path != NULL && views.active && view_is_upper(path))
        strip(path);
    return path;
}

/* A buffer that takes the name in the view need not take the longer one. */
DOOR char *getcwd(char *buffer, size_t size) {
    char path[PATH_MAX];
    int saved = errno_now();
    char *result = NEXT(getcwd)(buffer, size);
    if (result != NULL || errno != ERANGE || !views.active || size == 0)
        return strip_current(result);
    if (place_physical(AT_FDCWD, path) != 0 || !view_is_upper(path) ||
        text_length(view_name(path)) >= size)
        return NULL;
    text_copy(buffer, size, view_name(path));
    errno = saved;
    return buffer;
}

char *__getcwd_chk(char *buffer, size_t size, size_t room);
DOOR char *__getcwd_chk(char *buffer, size_t size, size_t room) {
    (void)room;
    return getcwd(buffer, size);
}

/* glibc believes PWD where it names the current folder. */
DOOR char *get_current_dir_name(void) {
    return strip_current(NEXT(get_current_dir_name)());
}

/* --- listings -------------------------------------------------------------------------------- */

/* The streams whose folder has been looked at, and those of them in the upper tree: hints, set at a
 * stream's first link and taken back when one is opened. */
static uint64_t known_streams[HINTS / 64];
static uint64_t upper_streams[HINTS / 64];

static void forget_stream(int fd) {
    if ((unsigned)fd < HINTS)
        __atomic_fetch_and(&known_streams[fd / 64], ~((uint64_t)1 << (fd % 64)), __ATOMIC_RELAXED);
}

/* Asked at a stream's first link only: most folders hold none, and /proc is dear. */
static __attribute__((noinline)) bool reads_upper(int fd) {
    char physical[PATH_MAX];
    uint64_t bit = (uint64_t)1 << (fd % 64);
    if ((unsigned)fd < HINTS && (known_streams[fd / 64] & bit) != 0)
        return (upper_streams[fd / 64] & bit) != 0;
    bool upper = place_physical(fd, physical) == 0 && view_is_upper(physical);
    if ((unsigned)fd >= HINTS)
        return upper;
    if (upper)
        __atomic_fetch_or(&upper_streams[fd / 64], bit, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&upper_streams[fd / 64], ~bit, __ATOMIC_RELAXED);
    __atomic_fetch_or(&known_streams[fd / 64], bit, __ATOMIC_RELAXED);
    return upper;
}

/* A descriptor of a lower folder that has been expanded since becomes one of the upper's. */
static void renew(int fd) {
    char path[PATH_MAX];
    struct stat status;
    if (!lift_descriptor(fd, false, path) || kernel_lstat(path, &status) != 0 ||
        !S_ISDIR(status.st_mode))
        return;
    at_replace(fd, path);
}

DOOR DIR *opendir(const char *path) {
    AT(at, AT_FDCWD, path);
    DIR *stream = NEXT(opendir)(at.path);
    if (stream != NULL && views.active) {
        if (at.inside || (path[0] == '/' && view_is_below(path)))
            at_hint(dirfd(stream));
        forget_stream(dirfd(stream));
    }
    return stream;
}

DOOR DIR *fdopendir(int fd) {
    if (views.active && at_hinted(fd))
        renew(fd);
    DIR *stream = NEXT(fdopendir)(fd);
    if (stream != NULL && views.active)
        forget_stream(fd);
    return stream;
}

DOOR void rewinddir(DIR *stream) {
    int fd = at_plausible(stream) && views.active ? dirfd(stream) : -1;
    if (fd >= 0 && at_hinted(fd)) {
        renew(fd);
        forget_stream(fd);
    }
    NEXT(rewinddir)(stream);
}

/* The type that the program is to see for a link in the folder; DT_UNKNOWN where it must ask. */
static unsigned char entry_type(int folder, const char *name) {
    char target[8];
    ssize_t length = kernel_readlinkat(folder, name, target, sizeof target);
    if (length == -EACCES) /* a folder that may be read and not searched */
        return DT_UNKNOWN;
    switch (length > 0 ? farm_kind(target, (size_t)length) : FARM_NONE) {
    case FARM_FOLDER:
        return DT_DIR;
    case FARM_FILE:
        return DT_REG;
    case FARM_OTHER:
        return DT_UNKNOWN;
    default:
        return DT_LNK;
    }
}

void entry_show(DIR *stream, unsigned char *type, const char *name) {
    if (__builtin_expect(*type == DT_LNK, 0) && views.active && reads_upper(dirfd(stream)))
        *type = entry_type(dirfd(stream), name);
}

DOOR struct dirent *readdir(DIR *stream) {
    struct dirent *entry = NEXT(readdir)(stream);
    if (entry != NULL)
        entry_show(stream, &entry->d_type, entry->d_name);
    return entry;
}

DOOR_ALIAS_WIDE(readdir64, readdir);

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
DOOR int readdir_r(DIR *restrict stream, struct dirent *restrict entry,
                   struct dirent **restrict result) {
    int error = NEXT(readdir_r)(stream, entry, result);
    if (error == 0 && *result != NULL)
        entry_show(stream, &entry->d_type, entry->d_name);
    return error;
}

DOOR_ALIAS_WIDE(readdir64_r, readdir_r);

void entries_show(int fd, void *buffer, long size) {
    char physical[PATH_MAX];
    if (size <= 0 || !views.active || place_physical(fd, physical) != 0 || !view_is_upper(physical))
        return;
    for (long next = 0; next < size;) {
        struct entry *entry = (struct entry *)(void *)((char *)buffer + next);
        if (entry->type == DT_LNK)
            entry->type = entry_type(fd, entry->name);
        next += entry->reclen;
    }
}

DOOR ssize_t getdents64(int fd, void *buffer, size_t size) {
    ssize_t result = NEXT(getdents64)(fd, buffer, size);
    entries_show(fd, buffer, result);
    return result;
}

/* musl's name of it. */
int getdents(int fd, struct dirent *buffer, size_t size);
DOOR int getdents(int fd, struct dirent *buffer, size_t size) {
    int result = NEXT(getdents)(fd, buffer, size);
    entries_show(fd, buffer, result);
    return result;
}
