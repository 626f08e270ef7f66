/*
 * The doors of opendir(3) and readdir(3): the farm links of an expanded folder are told by what
 * they stand for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/calls/entries.h"
#include "writable/calls/stat.h"
#include "writable/listing.h"
#include "writable/record.h"

/* --- what a stream reads --------------------------------------------------------------------- */

enum stream {
    STREAM_UNKNOWN, /* to be looked at */
    STREAM_OTHER,   /* outside, lower, or the user's own: what it says is so */
    STREAM_EXPANDED
};

/* Of each descriptor, what its folder is, and of an expanded one what the lower folder holds:
 * hints, which are taken back when a stream is opened. */
static uint8_t streams[HINTS];
static struct listing *listings[HINTS];

static void forget_stream(int fd) {
    if ((unsigned)fd >= HINTS || streams[fd] == STREAM_UNKNOWN)
        return;
    __atomic_store_n(&streams[fd], STREAM_UNKNOWN, __ATOMIC_RELEASE);
    listing_release(__atomic_exchange_n(&listings[fd], NULL, __ATOMIC_ACQ_REL));
}

/* With `listing`, what the lower folder holds, where that is enough to tell an entry by. */
static bool reads_expanded(int fd, struct listing **listing) {
    char physical[PATH_MAX];
    struct stat status;
    if (kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) != 0 || status.st_uid != views.uid ||
        place_physical(fd, physical) != 0 || !view_is_upper(physical))
        return false;
    enum record_state state = record_state(view_name(physical));
    if (state == RECORD_PLAIN && listing != NULL)
        *listing = listing_read(view_name(physical));
    return state != RECORD_NONE;
}

/* Asked at the first link or folder only: /proc is dear. */
static __attribute__((noinline)) bool stream_is_expanded(int fd) {
    struct listing *listing = NULL;
    if ((unsigned)fd >= HINTS)
        return reads_expanded(fd, NULL);
    enum stream stream = __atomic_load_n(&streams[fd], __ATOMIC_ACQUIRE);
    if (stream == STREAM_UNKNOWN) {
        stream = reads_expanded(fd, &listing) ? STREAM_EXPANDED : STREAM_OTHER;
        listing_release(__atomic_exchange_n(&listings[fd], listing, __ATOMIC_ACQ_REL));
        __atomic_store_n(&streams[fd], (uint8_t)stream, __ATOMIC_RELEASE);
    }
    return stream == STREAM_EXPANDED;
}

/* --- an entry -------------------------------------------------------------------------------- */

/* As lstat(2) tells it. In a folder that may be read and not searched, the program must ask. */
static void ask(int fd, const char *name, struct entry_told *told) {
    struct stat status;
    const struct at at = {.directory = fd, .path = name, .inside = true, .opened = -1};
    if (kernel_fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        told->type = told->type == DT_LNK ? DT_UNKNOWN : told->type;
        return;
    }
    show_stat(&at, &status, AT_SYMLINK_NOFOLLOW);
    told->type = (unsigned char)((status.st_mode & S_IFMT) >> 12);
    told->inode = status.st_ino;
}

/* Whether the listing tells all; else lstat(2) must. */
static bool tell_by_listing(const struct listing *listing, const char *name,
                            struct entry_told *told) {
    const struct entry *lower = listing_find(listing, name);
    if (lower == NULL)
        return true; /* the user's own */
    if (lower->type == DT_UNKNOWN || told->type != DT_LNK)
        return told->type == DT_DIR && lower->type != DT_DIR && lower->type != DT_UNKNOWN;
    told->type = lower->type;
    told->inode = lower->ino;
    return true;
}

static bool is_dots(const char *name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* "." and ".." are told without a look at /proc: for many folders that is all there is to tell. */
void entry_tell(int fd, const char *name, struct entry_told *told) {
    const struct listing *listing = NULL;
    if (told->type == DT_REG && !identity_is_copied(told->inode))
        return;
    if (told->type != DT_REG && !is_dots(name)) {
        if (!stream_is_expanded(fd))
            return;
        listing = (unsigned)fd < HINTS ? listings[fd] : NULL;
    }
    if (listing == NULL || !tell_by_listing(listing, name, told))
        ask(fd, name, told);
}

static inline void show(DIR *stream, struct dirent *entry) {
    if (!entry_may_be_shown(stream, entry->d_type))
        return;
    struct entry_told told = {entry->d_ino, entry->d_type};
    entry_tell(dirfd(stream), entry->d_name, &told);
    entry->d_type = told.type;
    entry->d_ino = told.inode;
}

DOOR struct dirent *readdir(DIR *stream) {
    struct dirent *entry = NEXT(readdir)(stream);
    if (entry != NULL)
        show(stream, entry);
    return entry;
}

DOOR_ALIAS_WIDE(readdir64, readdir);

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
DOOR int readdir_r(DIR *restrict stream, struct dirent *restrict entry,
                   struct dirent **restrict result) {
    int error = NEXT(readdir_r)(stream, entry, result);
    if (error == 0 && *result != NULL)
        show(stream, entry);
    return error;
}

DOOR_ALIAS_WIDE(readdir64_r, readdir_r);

/* --- by descriptor --------------------------------------------------------------------------- */

void entries_show(int fd, void *buffer, long size) {
    bool expanded = size > 0 && views.active && reads_expanded(fd, NULL);
    for (long next = 0; next < size;) {
        struct entry *entry = (struct entry *)(void *)((char *)buffer + next);
        struct entry_told told = {entry->ino, entry->type};
        if (is_dots(entry->name) || (told.type == DT_REG && identity_is_copied(told.inode))
                ? views.active && at_hinted(fd)
                : expanded && (told.type == DT_LNK || told.type == DT_DIR))
            ask(fd, entry->name, &told);
        entry->ino = told.inode;
        entry->type = told.type;
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

/* --- streams --------------------------------------------------------------------------------- */

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

DOOR int closedir(DIR *stream) {
    if (views.active && at_plausible(stream))
        forget_stream(dirfd(stream));
    return NEXT(closedir)(stream);
}

DOOR void rewinddir(DIR *stream) {
    int fd = at_plausible(stream) && views.active ? dirfd(stream) : -1;
    if (fd >= 0 && at_hinted(fd)) {
        renew(fd);
        forget_stream(fd);
    }
    NEXT(rewinddir)(stream);
}
