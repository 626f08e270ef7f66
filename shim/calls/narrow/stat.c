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

/* What is shown is changed in our own layout, and put back in the program's. */
#define LAYOUT(kind, layout)                                                                       \
    static int shown_##kind(int result, int directory, const char *path, struct layout *status,    \
                            int flags) {                                                           \
        struct stat seen;                                                                          \
        if (result != 0)                                                                           \
            return shown_stat(result, directory, path, &seen, flags);                              \
        STAT_COPY(&seen, status);                                                                  \
        if (marker_possible(&seen)) {                                                              \
            shown_stat(result, directory, path, &seen, flags);                                     \
            STAT_COPY(status, &seen);                                                              \
        }                                                                                          \
        return result;                                                                             \
    }                                                                                              \
    static int shown_fstat_##kind(int result, int fd, struct layout *status) {                     \
        struct stat seen;                                                                          \
        if (result != 0)                                                                           \
            return result;                                                                         \
        STAT_COPY(&seen, status);                                                                  \
        shown_fstat(result, fd, &seen);                                                            \
        STAT_COPY_CHANGING(status, &seen);                                                         \
        return result;                                                                             \
    }

/* `stat_`, `lstat_` and so on are the C names of the doors of the symbols that follow. */
#define DOORS(kind, layout, stat_, stat_symbol, lstat_, lstat_symbol, fstatat_, fstatat_symbol,    \
              fstat_, fstat_symbol)                                                                \
    int stat_(const char *path, struct layout *status) __asm__(stat_symbol);                       \
    int lstat_(const char *path, struct layout *status) __asm__(lstat_symbol);                     \
    int fstatat_(int directory, const char *path, struct layout *status,                           \
                 int flags) __asm__(fstatat_symbol);                                               \
    int fstat_(int fd, struct layout *status) __asm__(fstat_symbol);                               \
    DOOR int stat_(const char *path, struct layout *status) {                                      \
        path = cron_path(path);                                                                    \
        return shown_##kind(NEXT(stat_)(path, status), AT_FDCWD, path, status, 0);                 \
    }                                                                                              \
    DOOR int lstat_(const char *path, struct layout *status) {                                     \
        path = cron_path(path);                                                                    \
        return shown_##kind(NEXT(lstat_)(path, status), AT_FDCWD, path, status,                    \
                            AT_SYMLINK_NOFOLLOW);                                                  \
    }                                                                                              \
    DOOR int fstatat_(int directory, const char *path, struct layout *status, int flags) {         \
        path = cron_path(path);                                                                    \
        return shown_##kind(NEXT(fstatat_)(directory, path, status, flags), directory, path,       \
                            status, flags);                                                        \
    }                                                                                              \
    DOOR int fstat_(int fd, struct layout *status) {                                               \
        return shown_fstat_##kind(NEXT(fstat_)(fd, status), fd, status);                           \
    }

/* The same of programs built with glibc before 2.33. */
#define OLD_DOORS(kind, layout, xstat_, xstat_symbol, lxstat_, lxstat_symbol, fxstatat_,           \
                  fxstatat_symbol, fxstat_, fxstat_symbol)                                         \
    int xstat_(int version, const char *path, struct layout *status) __asm__(xstat_symbol);        \
    int lxstat_(int version, const char *path, struct layout *status) __asm__(lxstat_symbol);      \
    int fxstatat_(int version, int directory, const char *path, struct layout *status,             \
                  int flags) __asm__(fxstatat_symbol);                                             \
    int fxstat_(int version, int fd, struct layout *status) __asm__(fxstat_symbol);                \
    DOOR int xstat_(int version, const char *path, struct layout *status) {                        \
        path = cron_path(path);                                                                    \
        return shown_##kind(NEXT(xstat_)(version, path, status), AT_FDCWD, path, status, 0);       \
    }                                                                                              \
    DOOR int lxstat_(int version, const char *path, struct layout *status) {                       \
        path = cron_path(path);                                                                    \
        return shown_##kind(NEXT(lxstat_)(version, path, status), AT_FDCWD, path, status,          \
                            AT_SYMLINK_NOFOLLOW);                                                  \
    }                                                                                              \
    DOOR int fxstatat_(int version, int directory, const char *path, struct layout *status,        \
                       int flags) {                                                                \
        return shown_##kind(NEXT(fxstatat_)(version, directory, path, status, flags), directory,   \
                            path, status, flags);                                                  \
    }                                                                                              \
    DOOR int fxstat_(int version, int fd, struct layout *status) {                                 \
        return shown_fstat_##kind(NEXT(fxstat_)(version, fd, status), fd, status);                 \
    }

LAYOUT(wide, kernel_stat64)
LAYOUT(time64, stat_musl)

/* musl keeps the plain names for programs built before 1.2: they have the kernel's layout. */
LAYOUT(glibc, stat_plain)

static int shown_plain(int result, int directory, const char *path, struct stat_plain *status,
                       int flags) {
    return gnu_get_libc_version != NULL
               ? shown_glibc(result, directory, path, status, flags)
               : shown_wide(result, directory, path, (struct kernel_stat64 *)status, flags);
}

static int shown_fstat_plain(int result, int fd, struct stat_plain *status) {
    return gnu_get_libc_version != NULL
               ? shown_fstat_glibc(result, fd, status)
               : shown_fstat_wide(result, fd, (struct kernel_stat64 *)status);
}

DOORS(plain, stat_plain, narrow_stat, "stat", narrow_lstat, "lstat", narrow_fstatat, "fstatat",
      narrow_fstat, "fstat")
DOORS(wide, kernel_stat64, stat_64, "stat64", lstat_64, "lstat64", fstatat_64, "fstatat64",
      fstat_64, "fstat64")
DOORS(time64, stat_musl, musl_stat, "__stat_time64", musl_lstat, "__lstat_time64", musl_fstatat,
      "__fstatat_time64", musl_fstat, "__fstat_time64")
OLD_DOORS(plain, stat_plain, narrow___xstat, "__xstat", narrow___lxstat, "__lxstat",
          narrow___fxstatat, "__fxstatat", narrow___fxstat, "__fxstat")
OLD_DOORS(wide, kernel_stat64, __xstat, "__xstat64", __lxstat, "__lxstat64", __fxstatat,
          "__fxstatat64", __fxstat, "__fxstat64")
