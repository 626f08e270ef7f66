/*
 * The doors of open(2), fopen(3), opendir(3), chdir(2), mkdir(2), rename(2), unlink(2) and
 * mkstemp(3): a cron program's files are elsewhere (cron/paths.h). In all others they pass.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "cron/paths.h"
#include "cron/replacement.h"

/* open is declared with `...`; its third argument is passed on, whatever it is. */
typedef int open_function(const char *path, int flags, ...);
int open_door(const char *path, int flags, mode_t mode) __asm__(WIDE_NAME(open, open64));

/* Of a file that decides who may use crontab. */
static void note_refusal(const char *path) {
    if (errno == EACCES && path != NULL)
        cron_note_unreadable(path);
}

static __attribute__((noinline)) int open_of_cron(const char *path, int flags, mode_t mode) {
    int fd = ((open_function *)NEXT(open))(cron_path(path), flags, mode);
    if (fd < 0)
        note_refusal(path);
    return fd;
}

DOOR int open_door(const char *path, int flags, mode_t mode) {
    if (__builtin_expect(cron_program != CRON_NONE, 0))
        return open_of_cron(path, flags, mode);
    return ((open_function *)NEXT(open))(path, flags, mode);
}

DOOR_ALIAS_WIDE(open64, open);

DOOR int creat(const char *path, mode_t mode) {
    return NEXT(creat)(cron_path(path), mode);
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
    return NEXT(fopen)(path, mode);
}

DOOR_ALIAS_WIDE(fopen64, fopen);

DOOR DIR *opendir(const char *path) {
    return NEXT(opendir)(cron_path(path));
}

DOOR int chdir(const char *path) {
    return NEXT(chdir)(__builtin_expect(cron_program == CRON_NONE, 1) ? path
                                                                      : cron_working_folder(path));
}

DOOR int mkdir(const char *path, mode_t mode) {
    return NEXT(mkdir)(cron_path(path), mode);
}

DOOR int rename(const char *old_path, const char *new_path) {
    old_path = cron_path(old_path);
    if (__builtin_expect(cron_program == CRON_CRONTAB, 0)) {
        int error = cron_replacement_error(old_path);
        if (error != 0) {
            errno = -error;
            return -1;
        }
    }
    return NEXT(rename)(old_path, cron_path(new_path));
}

DOOR int unlink(const char *path) {
    return NEXT(unlink)(cron_path(path));
}

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
#if __SIZEOF_LONG__ == 4
DOOR_ALIAS(mkstemp, mkstemp64); /* a new file is not too large */
#endif
