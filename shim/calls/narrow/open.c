/*
 * The doors of open(2) and its kin on 32-bit machines, of programs with 32-bit offsets: they are
 * not to open what is larger. The others' are in calls/open.c.
 */
#include "calls/open.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/next.h"
#include "cron/paths.h"

typedef int open_function(const char *path, int flags, ...);
typedef int openat_function(int directory, const char *path, int flags, ...);
int narrow_open(const char *path, int flags, mode_t mode) __asm__("open");
int narrow_openat(int directory, const char *path, int flags, mode_t mode) __asm__("openat");
int narrow_creat(const char *path, mode_t mode) __asm__("creat");
int narrow_truncate(const char *path, int32_t length) __asm__("truncate");
FILE *narrow_fopen(const char *path, const char *mode) __asm__("fopen");

DOOR int narrow_open(const char *path, int flags, mode_t mode) {
    return open_refused(AT_FDCWD, path, flags)
               ? -1
               : ((open_function *)NEXT(narrow_open))(cron_path(path), flags, mode);
}

DOOR int narrow_openat(int directory, const char *path, int flags, mode_t mode) {
    return open_refused(directory, path, flags)
               ? -1
               : ((openat_function *)NEXT(narrow_openat))(directory, path, flags, mode);
}

DOOR int narrow_creat(const char *path, mode_t mode) {
    return open_refused(AT_FDCWD, path, O_TRUNC) ? -1 : NEXT(narrow_creat)(cron_path(path), mode);
}

DOOR int narrow_truncate(const char *path, int32_t length) {
    return truncate_refused(path) ? -1 : NEXT(narrow_truncate)(path, length);
}

DOOR FILE *narrow_fopen(const char *path, const char *mode) {
    return open_refused(AT_FDCWD, path, open_flags_of(mode))
               ? NULL
               : NEXT(narrow_fopen)(cron_path(path), mode);
}
