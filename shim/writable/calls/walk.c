/*
 * libc's own walkers, which call none of its functions by their names: scandir(3), nftw(3),
 * glob(3), dlopen(3), ftok(3). Other names of theirs are in narrow/walk.c.
 */
#include "writable/calls/walk.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/calls/entries.h"
#include "writable/calls/noexec.h"
#include "writable/calls/stat.h"

#pragma weak gnu_get_libc_version

/* --- scandir --------------------------------------------------------------------------------- */

struct list {
    struct dirent **entries;
    size_t count;
    size_t capacity;
};

static bool append(struct list *list, const struct dirent *entry, size_t size) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 32;
        void *larger = NEXT(realloc)(list->entries, capacity * sizeof(void *));
        if (larger == NULL)
            return false;
        list->entries = larger;
        list->capacity = capacity;
    }
    struct dirent *copy = NEXT(malloc)(size);
    if (copy == NULL)
        return false;
    memcpy(copy, entry, size);
    list->entries[list->count++] = copy;
    return true;
}

static int fail(struct list *list) {
    int error = errno;
    while (list->count > 0)
        NEXT(free)(list->entries[--list->count]);
    NEXT(free)(list->entries);
    errno = error;
    return -1;
}

int scan_stream(DIR *stream, const struct entry_kind *kind, struct dirent ***entries,
                entry_filter *filter, entry_order *order) {
    struct list list = {0};
    int saved = errno;
    if (stream == NULL)
        return -1;
    errno = 0;
    for (struct dirent *entry; (entry = kind->read(stream)) != NULL; errno = 0) {
        errno = saved;
        if ((filter == NULL || filter(entry)) && !append(&list, entry, kind->size(entry)))
            break;
    }
    int error = errno;
    closedir(stream);
    errno = error != 0 ? error : saved;
    if (error != 0)
        return fail(&list);
    if (order != NULL && list.count > 1)
        NEXT(qsort)
    (list.entries, list.count, sizeof(void *), (int (*)(const void *, const void *))order);
    *entries = list.entries;
    return (int)list.count;
}

/* Of a folder any name of openat will do: the one that every C library has. */
int openat_door(int directory, const char *path, int flags, mode_t mode) __asm__("openat");

DIR *stream_at(int directory, const char *path) {
    int fd = openat_door(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (fd >= 0 && stream == NULL)
        kernel_close(fd);
    return stream;
}

static size_t size_of_entry(const struct dirent *entry) {
    return entry->d_reclen;
}

DOOR int scandir(const char *restrict path, struct dirent ***restrict entries, entry_filter *filter,
                 entry_order *order) {
    if (!views.active)
        return NEXT(scandir)(path, entries, filter, order);
    return scan_stream(opendir(path), ENTRY_KIND(readdir, size_of_entry), entries, filter, order);
}

DOOR_ALIAS_WIDE(scandir64, scandir);

DOOR int scandirat(int directory, const char *restrict path, struct dirent ***restrict entries,
                   entry_filter *filter, entry_order *order) {
    if (!views.active)
        return NEXT(scandirat)(directory, path, entries, filter, order);
    return scan_stream(stream_at(directory, path), ENTRY_KIND(readdir, size_of_entry), entries,
                       filter, order);
}

DOOR_ALIAS_WIDE(scandirat64, scandirat);

/* --- nftw ------------------------------------------------------------------------------------ */

struct tree_walk {
    int (*visit)(const char *path, const struct stat *status, int flag, struct FTW *info);
    int (*visit_plainly)(const char *path, const struct stat *status, int flag);
    stat_layout *layout; /* NULL: struct stat as it is here */
    int flags;
    dev_t device;
    char path[PATH_MAX];
};

/* musl's kinds of entries are numbered from 1, glibc's from 0, in the same order. */
static int visit(struct tree_walk *walk, const struct stat *status, int flag, int level) {
    union any_stat room;
    const int first = gnu_get_libc_version != NULL ? 0 : 1;
    struct FTW info = {.base = (int)(text_base(walk->path) - walk->path), .level = level};
    if (walk->layout != NULL)
        status = walk->layout(status, &room);
    if (walk->visit_plainly != NULL)
        return walk->visit_plainly(walk->path, status, (flag == FTW_SLN ? FTW_NS : flag) + first);
    return walk->visit(walk->path, status, flag + first, &info);
}

static int walk_tree(struct tree_walk *walk, int level);

static int walk_entries(struct tree_walk *walk, DIR *stream, int level) {
    size_t length = text_length(walk->path);
    int result = 0;
    for (struct dirent *entry; result == 0 && (entry = entry_read(stream)) != NULL;) {
        if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, ".."))
            continue;
        struct text text = {.buffer = walk->path, .capacity = PATH_MAX, .length = length};
        text_append(&text, length > 0 && walk->path[length - 1] == '/' ? "" : "/");
        text_append(&text, entry->d_name);
        if (text.cut)
            errno = ENAMETOOLONG;
        result = text.cut ? -1 : walk_tree(walk, level + 1);
    }
    walk->path[length] = '\0';
    return result;
}

static int classify(struct tree_walk *walk, struct stat *status) {
    bool physical = (walk->flags & FTW_PHYS) != 0;
    if (status_of(walk->path, status, physical ? AT_SYMLINK_NOFOLLOW : 0) != 0) {
        if (errno != EACCES && errno != ENOENT)
            return -1;
        return !physical && status_of(walk->path, status, AT_SYMLINK_NOFOLLOW) == 0 &&
                       S_ISLNK(status->st_mode)
                   ? FTW_SLN
                   : FTW_NS;
    }
    return S_ISDIR(status->st_mode) ? FTW_D : S_ISLNK(status->st_mode) ? FTW_SL : FTW_F;
}

static int walk_tree(struct tree_walk *walk, int level) {
    struct stat status = {0};
    int flag = classify(walk, &status);
    if (flag < 0 || (flag == FTW_NS && level == 0))
        return -1;
    if (level == 0)
        walk->device = status.st_dev;
    if ((walk->flags & FTW_MOUNT) != 0 && flag != FTW_NS && status.st_dev != walk->device)
        return 0;
    if (flag != FTW_D)
        return visit(walk, &status, flag, level);
    DIR *stream = opendir(walk->path);
    if (stream == NULL)
        return errno == EACCES ? visit(walk, &status, FTW_DNR, level) : -1;
    bool deep = (walk->flags & FTW_DEPTH) != 0;
    int result = deep ? 0 : visit(walk, &status, FTW_D, level);
    if (result == 0)
        result = walk_entries(walk, stream, level);
    closedir(stream);
    return result == 0 && deep ? visit(walk, &status, FTW_DP, level) : result;
}

static int begin_walk(const char *path, struct tree_walk plan) {
    struct tree_walk *walk = kernel_pages(sizeof *walk);
    int result = -1;
    if (walk == NULL) {
        errno = ENOMEM;
        return -1;
    }
    *walk = plan;
    if (!text_copy(walk->path, PATH_MAX, path))
        errno = ENAMETOOLONG;
    else
        result = walk_tree(walk, 0);
    kernel_release(walk, sizeof *walk);
    return result;
}

/* FTW_CHDIR and glibc's FTW_ACTIONRETVAL are its own affair, outside of views. */
int viewed_nftw(nftw_function *next, stat_layout *layout, const char *path, __nftw_func_t function,
                int descriptors, int flags) {
    AT(at, AT_FDCWD, path);
    if (!at.inside || (flags & ~(FTW_PHYS | FTW_MOUNT | FTW_DEPTH)) != 0)
        return next(path, function, descriptors, flags);
    return begin_walk(path,
                      (struct tree_walk){.visit = function, .layout = layout, .flags = flags});
}

int viewed_ftw(ftw_function *next, stat_layout *layout, const char *path, __ftw_func_t function,
               int descriptors) {
    AT(at, AT_FDCWD, path);
    if (!at.inside)
        return next(path, function, descriptors);
    return begin_walk(path, (struct tree_walk){.visit_plainly = function, .layout = layout});
}

DOOR int nftw(const char *path, __nftw_func_t function, int descriptors, int flags) {
    return viewed_nftw(NEXT(nftw), NULL, path, function, descriptors, flags);
}

DOOR int ftw(const char *path, __ftw_func_t function, int descriptors) {
    return viewed_ftw(NEXT(ftw), NULL, path, function, descriptors);
}

DOOR_ALIAS_WIDE(nftw64, nftw);
DOOR_ALIAS_WIDE(ftw64, ftw);

/* --- glob ------------------------------------------------------------------------------------ */

/* A farm link is to glob what it leads to: so the pattern is rewritten, and what was found told by
 * its name in the view. */
int viewed_glob(glob_function *next, const char *pattern, int flags, glob_error *on_error,
                glob_t *found) {
    AT(at, AT_FDCWD, pattern);
    size_t before = (flags & GLOB_APPEND) != 0 ? found->gl_pathc : 0;
    int result = next(at.path, flags, on_error, found);
    size_t first = ((flags & GLOB_DOOFFS) != 0 ? found->gl_offs : 0) + before;
    if (at.path == pattern || result != 0)
        return result;
    for (size_t i = first; i < first + found->gl_pathc - before; i++) {
        char *path = found->gl_pathv[i];
        if (view_is_upper(path))
            memmove(path, path + views.tree_length, text_length(path + views.tree_length) + 1);
    }
    return result;
}

DOOR int glob(const char *restrict pattern, int flags, glob_error *on_error,
              glob_t *restrict found) {
    return viewed_glob(NEXT(glob), pattern, flags, on_error, found);
}

DOOR_ALIAS_WIDE(glob64, glob);

/* --- others ---------------------------------------------------------------------------------- */

static void *dlopen_viewed(const char *path, int flags) {
    AT(at, AT_FDCWD, path);
    void *library = NEXT(dlopen)(at.path, flags);
    if (library == NULL)
        noexec_explain(&at, true);
    return library;
}

/* Other libraries are looked for by where the caller lies (RUNPATH): the call has to stay his, a
 * jump. */
DOOR void *dlopen(const char *path, int flags) {
    if (views.active && path != NULL && path[0] == '/' && view_names(path))
        return dlopen_viewed(path, flags);
    return NEXT(dlopen)(path, flags);
}

DOOR key_t ftok(const char *path, int project) {
    AT(at, AT_FDCWD, path);
    return NEXT(ftok)(at.path, project);
}
