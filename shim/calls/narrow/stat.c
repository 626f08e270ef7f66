/*
 * The doors of stat(2) on 32-bit machines, for every layout of struct stat but the one that this
 * library is compiled with (calls/stat.c has its doors): glibc's plain one, glibc's with 64-bit
 * offsets (what the kernel fills, and musl's before 1.2), and musl's with 64-bit times.
 */
#include "calls/stat.h"

#include <gnu/libc-version.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/stat_layouts.h"
#include "cron/paths.h"

#pragma weak gnu_get_libc_version

/* musl keeps the plain names for programs built before 1.2: they have the kernel's layout. */
static enum stat_form form_of(enum stat_form form) {
    return form == STAT_PLAIN && gnu_get_libc_version == NULL ? STAT_WIDE : form;
}

/* What is shown is changed in our own form, and put back in the program's. */
static int shown(int result, int directory, const char *path, void *status, enum stat_form form,
                 int flags) {
    struct stat seen;
    form = form_of(form);
    if (result == 0) {
        stat_copy(&seen, STAT_OWN, status, form, STAT_TELLING);
        if (!marker_possible(&seen))
            return 0;
        stat_copy(&seen, STAT_OWN, status, form, STAT_ALL);
    }
    shown_stat(result, directory, path, &seen, flags);
    if (result == 0)
        stat_copy(status, form, &seen, STAT_OWN, STAT_ALL);
    return result;
}

static int shown_open(int result, int fd, void *status, enum stat_form form) {
    struct stat seen;
    form = form_of(form);
    if (result == 0) {
        stat_copy(&seen, STAT_OWN, status, form, STAT_ALL);
        shown_fstat(result, fd, &seen);
        stat_copy(status, form, &seen, STAT_OWN, STAT_CHANGING);
    }
    return result;
}

/* `stat_`, `lstat_` and so on are the C names of the doors of the symbols that follow. */
#define DOORS(form, layout, stat_, stat_symbol, lstat_, lstat_symbol, fstatat_, fstatat_symbol,    \
              fstat_, fstat_symbol)                                                                \
    int stat_(const char *path, struct layout *status) __asm__(stat_symbol);                       \
    int lstat_(const char *path, struct layout *status) __asm__(lstat_symbol);                     \
    int fstatat_(int directory, const char *path, struct layout *status,                           \
                 int flags) __asm__(fstatat_symbol);                                               \
    int fstat_(int fd, struct layout *status) __asm__(fstat_symbol);                               \
    DOOR int stat_(const char *path, struct layout *status) {                                      \
        path = cron_path(path);                                                                    \
        return shown(NEXT(stat_)(path, status), AT_FDCWD, path, status, form, 0);                  \
    }                                                                                              \
    DOOR int lstat_(const char *path, struct layout *status) {                                     \
        path = cron_path(path);                                                                    \
        return shown(NEXT(lstat_)(path, status), AT_FDCWD, path, status, form,                     \
                     AT_SYMLINK_NOFOLLOW);                                                         \
    }                                                                                              \
    DOOR int fstatat_(int directory, const char *path, struct layout *status, int flags) {         \
        path = cron_path(path);                                                                    \
        return shown(NEXT(fstatat_)(directory, path, status, flags), directory, path, status,      \
                     form, flags);                                                                 \
    }                                                                                              \
    DOOR int fstat_(int fd, struct layout *status) {                                               \
        return shown_open(NEXT(fstat_)(fd, status), fd, status, form);                             \
    }

/* The same of programs built with glibc before 2.33. */
#define OLD_DOORS(form, layout, xstat_, xstat_symbol, lxstat_, lxstat_symbol, fxstatat_,           \
                  fxstatat_symbol, fxstat_, fxstat_symbol)                                         \
    int xstat_(int version, const char *path, struct layout *status) __asm__(xstat_symbol);        \
    int lxstat_(int version, const char *path, struct layout *status) __asm__(lxstat_symbol);      \
    int fxstatat_(int version, int directory, const char *path, struct layout *status,             \
                  int flags) __asm__(fxstatat_symbol);                                             \
    int fxstat_(int version, int fd, struct layout *status) __asm__(fxstat_symbol);                \
    DOOR int xstat_(int version, const char *path, struct layout *status) {                        \
        path = cron_path(path);                                                                    \
        return shown(NEXT(xstat_)(version, path, status), AT_FDCWD, path, status, form, 0);        \
    }                                                                                              \
    DOOR int lxstat_(int version, const char *path, struct layout *status) {                       \
        path = cron_path(path);                                                                    \
        return shown(NEXT(lxstat_)(version, path, status), AT_FDCWD, path, status, form,           \
                     AT_SYMLINK_NOFOLLOW);                                                         \
    }                                                                                              \
    DOOR int fxstatat_(int version, int directory, const char *path, struct layout *status,        \
                       int flags) {                                                                \
        return shown(NEXT(fxstatat_)(version, directory, path, status, flags), directory, path,    \
                     status, form, flags);                                                         \
    }                                                                                              \
    DOOR int fxstat_(int version, int fd, struct layout *status) {                                 \
        return shown_open(NEXT(fxstat_)(version, fd, status), fd, status, form);                   \
    }

DOORS(STAT_PLAIN, stat_plain, narrow_stat, "stat", narrow_lstat, "lstat", narrow_fstatat, "fstatat",
      narrow_fstat, "fstat")
DOORS(STAT_WIDE, kernel_stat64, stat_64, "stat64", lstat_64, "lstat64", fstatat_64, "fstatat64",
      fstat_64, "fstat64")
DOORS(STAT_MUSL, stat_musl, musl_stat, "__stat_time64", musl_lstat, "__lstat_time64", musl_fstatat,
      "__fstatat_time64", musl_fstat, "__fstat_time64")
OLD_DOORS(STAT_PLAIN, stat_plain, narrow___xstat, "__xstat", narrow___lxstat, "__lxstat",
          narrow___fxstatat, "__fxstatat", narrow___fxstat, "__fxstat")
OLD_DOORS(STAT_WIDE, kernel_stat64, __xstat, "__xstat64", __lxstat, "__lxstat64", __fxstatat,
          "__fxstatat64", __fxstat, "__fxstat64")
