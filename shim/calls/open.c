/*
 * The doors of open(2), fopen(3) and mkstemp(3): a cron program's files are elsewhere
 * (cron/paths.h). In all others they pass, but where a marker would be written. On 32-bit machines
 * they have two names each, for programs of either width of offsets: calls/narrow/open.c.
 */
#include "calls/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/next.h"
#include "core/text.h"
#include "cron/paths.h"

/* open is declared with `...`; its third argument is passed on, whatever it is. */
typedef int open_function(const char *path, int flags, ...);
int open_door(const char *path, int flags, mode_t mode) __asm__(WIDE_NAME(open, open64));
typedef int openat_function(int directory, const char *path, int flags, ...);
int openat_door(int directory, const char *path, int flags,
                mode_t mode) __asm__(WIDE_NAME(openat, openat64));

/* Of a file that decides who may use crontab. */
static void note_refusal(const char *path) {
    if (cron_program != CRON_NONE && errno == EACCES && path != NULL)
        cron_note_unreadable(path);
}

/* Whether something is to be done about an open: by a cron program, or for writing. */
static inline bool is_watched(int flags) {
    return __builtin_expect(cron_program != CRON_NONE || (flags & (O_ACCMODE | O_TRUNC)) != 0, 0);
}

static __attribute__((noinline)) int open_watched(const char *path, int flags, mode_t mode) {
    if (open_refused(AT_FDCWD, path, flags))
        return -1;
    int fd = ((open_function *)NEXT(open))(cron_path(path), flags, mode);
    if (fd < 0)
        note_refusal(path);
    return fd;
}

DOOR int open_door(const char *path, int flags, mode_t mode) {
    if (is_watched(flags))
        return open_watched(path, flags, mode);
    return ((open_function *)NEXT(open))(path, flags, mode);
}

DOOR_ALIAS_WIDE(open64, open);

DOOR int openat_door(int directory, const char *path, int flags, mode_t mode) {
    return open_refused(directory, path, flags)
               ? -1
               : ((openat_function *)NEXT(openat))(directory, path, flags, mode);
}

DOOR_ALIAS_WIDE(openat64, openat);

DOOR int creat(const char *path, mode_t mode) {
    return open_refused(AT_FDCWD, path, O_TRUNC) ? -1 : NEXT(creat)(cron_path(path), mode);
}

DOOR_ALIAS_WIDE(creat64, creat);

static __attribute__((noinline)) FILE *fopen_of_cron(const char *path, const char *mode) {
    FILE *stream = NEXT(fopen)(cron_path(path), mode);
    if (stream == NULL)
        note_refusal(path);
    return stream;
}

DOOR FILE *fopen(const char *restrict path, const char *restrict mode) {
    if (__builtin_expect(cron_program != CRON_NONE, 0))
        return fopen_of_cron(path, mode);
    return open_refused(AT_FDCWD, path, open_flags_of(mode)) ? NULL : NEXT(fopen)(path, mode);
}

DOOR_ALIAS_WIDE(fopen64, fopen);

/* cronie makes its new crontab by an absolute template, which it reads back. */
DOOR int mkstemp(char *template) {
    const char *mapped = cron_path(template);
    if (mapped == template)
        return NEXT(mkstemp)(template);
    int fd = NEXT(mkstemp)((char *)(uintptr_t)mapped);
    size_t length = text_length(template);
    size_t mapped_length = text_length(mapped);
    for (size_t i = 1; i <= 6 && fd >= 0; i++)
        template[length - i] = mapped[mapped_length - i];
    return fd;
}

DOOR_ALIAS_WIDE(mkstemp64, mkstemp);
