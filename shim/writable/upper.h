/*
 * The upper folder: `tree` mirrors the lower folders, `work` holds what is being made, `names` what
 * each expanded folder's lower one held, `links` which lower folders hold links that lead out of
 * them.
 */
#ifndef QLSHIM_WRITABLE_UPPER_H
#define QLSHIM_WRITABLE_UPPER_H

#include <linux/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#ifndef RENAME_EXCHANGE /* renameat2(2); musl has it from 1.2.6 on */
#define RENAME_EXCHANGE (1 << 1)
#endif

struct upper_lock {
    int fd;
    uint64_t signals; /* the mask before */
};

/*
 * One expansion or copy at a time, in all processes; signals wait meanwhile, as a handler may need
 * the lock itself. 0 or a negative errno. So what is done meanwhile has its names in static
 * buffers: they are one thread's at a time, and its stack may be small.
 */
int upper_lock(struct upper_lock *lock);
void upper_unlock(const struct upper_lock *lock);

/* A path of a new thing in `work`, which is on the tree's filesystem. */
void upper_work_path(char path[PATH_MAX]);

/* `<upper>/<name>`; the names are short and the upper's length is bounded, so it fits. */
void upper_path(char path[PATH_MAX], const char *name);

/* FNV-1a, 64 bits. */
uint64_t upper_hash(const char *string);

/*
 * Puts what lies at `work` in the place of the farm link at `path`, at one stroke, and removes the
 * link. -ESTALE, and nothing changed, where no farm link is there any more. The lock is held.
 */
int upper_replace_farm(const char *work, const char *path);

/* A copy of the lower folder's link, with its time, so that it can be told for one; what it says is
 * stored as link_store has it. 0 or a negative errno. The lock is held. */
int upper_copy_link(int lower, const char *name, int upper, const char *copy);

/* Removes a file, or a folder with all that is in it. Nothing in the upper folder is very deep. */
void upper_remove(const char *path);

/* A farm's or a record's bytes, written with few calls. */
struct writer {
    int fd;
    int error;
    size_t filled;
    char bytes[2048];
};

/*
 * What is made here is the user's to use, 0700 and 0600, whatever the umask: a program that is to
 * bind a socket for itself alone may have one of 0177, or 0777.
 */
int upper_make_folder(const char *path);
/* For writing, and not there yet. */
int upper_create(const char *path);
/* One that is made where it is not there, and shared by all processes. */
int upper_open_shared(const char *path, int flags);

void writer_append(struct writer *writer, const char *bytes, size_t size);
void writer_flush(struct writer *writer);

/*
 * A whole file in pages of its own; NULL where it is empty, no regular file, larger than 64 MiB, or
 * cannot be read. It never waits: somebody else may have put another thing there.
 */
char *upper_read(const char *path, size_t *size);

/* The next entry of a folder whose pages of getdents64(2) are in `room`; NULL at the end or on an
 * error. */
struct entries {
    int fd;
    long filled;
    long next;
    int error;
    _Alignas(8) char room[8192];
};

struct entry {
    uint64_t ino;
    int64_t off;
    unsigned short reclen;
    unsigned char type;
    char name[];
};

struct entry *entries_next(struct entries *entries);

/* 1 where the folder has no entries, 0 where it has, or a negative errno; a link is no folder. */
int folder_is_empty(const char *path);

#endif
