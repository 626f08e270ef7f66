/*
 * The doors of open(2) and its kin on 32-bit machines, of programs with 32-bit offsets: they are
 * not to open what is larger. The others' are in calls/open.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/next.h"
#include "cron/paths.h"

typedef int open_function(const char *path, int flags, ...);
int narrow_open(const char *path, int flags, mode_t mode) __asm__("open");
int narrow_creat(const char *path, mode_t mode) __asm__("creat");
FILE *narrow_fopen(const char *path, const char *mode) __asm__("fopen");

DOOR int narrow_open(const char *path, int flags, mode_t mode) {
    return ((open_function *)NEXT(narrow_open))(cron_path(path), flags, mode);
}

DOOR int narrow_creat(const char *path, mode_t mode) {
    return NEXT(narrow_creat)(cron_path(path), mode);
}

DOOR FILE *narrow_fopen(const char *path, const char *mode) {
    return NEXT(narrow_fopen)(cron_path(path), mode);
}
