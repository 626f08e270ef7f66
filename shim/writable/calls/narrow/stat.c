/*
 * The doors of writable/calls/stat.c for the other layouts of struct stat on 32-bit machines
 * (core/stat_layouts.h).
 */
#include "writable/calls/stat.h"

#include <fcntl.h>
#include <gnu/libc-version.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/stat_layouts.h"
#include "writable/calls/walk.h"

#pragma weak gnu_get_libc_version

/* What is shown is changed in our own layout, and put back in the program's. */
#define LAYOUT(kind, layout, form)                                                                 \
    static int shown_##kind(int result, const struct at *at, struct layout *status, int flags) {   \
        struct stat seen;                                                                          \
        if (result == 0 && is_stat_shown(at, status->st_uid, status->st_mode)) {                   \
            stat_copy(&seen, STAT_OWN, status, form, STAT_ALL);                                    \
            show_stat(at, &seen, flags);                                                           \
            stat_copy(status, form, &seen, STAT_OWN, STAT_ALL);                                    \
        }                                                                                          \
        return result;                                                                             \
    }

/* `stat_`, `lstat_` and `fstatat_` are the C names of the doors of the symbols that follow. */
#define DOORS(kind, layout, stat_, stat_symbol, lstat_, lstat_symbol, fstatat_, fstatat_symbol)    \
    int stat_(const char *path, struct layout *status) __asm__(stat_symbol);                       \
    int lstat_(const char *path, struct layout *status) __asm__(lstat_symbol);                     \
    int fstatat_(int directory, const char *path, struct layout *status,                           \
                 int flags) __asm__(fstatat_symbol);                                               \
    DOOR int stat_(const char *path, struct layout *status) {                                      \
        AT(at, AT_FDCWD, path);                                                                    \
        return shown_##kind(NEXT(stat_)(at.path, status), &at, status, 0);                         \
    }                                                                                              \
    DOOR int lstat_(const char *path, struct layout *status) {                                     \
        AT(at, AT_FDCWD, path);                                                                    \
        return shown_##kind(NEXT(lstat_)(at.path, status), &at, status, AT_SYMLINK_NOFOLLOW);      \
    }                                                                                              \
    DOOR int fstatat_(int directory, const char *path, struct layout *status, int flags) {         \
        AT(at, directory, path);                                                                   \
        return shown_##kind(NEXT(fstatat_)(at.directory, at.path, status, flags), &at, status,     \
                            flags);                                                                \
    }

/* The same of programs built with glibc before 2.33. */
#define OLD_DOORS(kind, layout, xstat_, xstat_symbol, lxstat_, lxstat_symbol, fxstatat_,           \
                  fxstatat_symbol)                                                                 \
    int xstat_(int version, const char *path, struct layout *status) __asm__(xstat_symbol);        \
    int lxstat_(int version, const char *path, struct layout *status) __asm__(lxstat_symbol);      \
    int fxstatat_(int version, int directory, const char *path, struct layout *status,             \
                  int flags) __asm__(fxstatat_symbol);                                             \
    DOOR int xstat_(int version, const char *path, struct layout *status) {                        \
        AT(at, AT_FDCWD, path);                                                                    \
        return shown_##kind(NEXT(xstat_)(version, at.path, status), &at, status, 0);               \
    }                                                                                              \
    DOOR int lxstat_(int version, const char *path, struct layout *status) {                       \
        AT(at, AT_FDCWD, path);                                                                    \
        return shown_##kind(NEXT(lxstat_)(version, at.path, status), &at, status,                  \
                            AT_SYMLINK_NOFOLLOW);                                                  \
    }                                                                                              \
    DOOR int fxstatat_(int version, int directory, const char *path, struct layout *status,        \
                       int flags) {                                                                \
        AT(at, directory, path);                                                                   \
        return shown_##kind(NEXT(fxstatat_)(version, at.directory, at.path, status, flags), &at,   \
                            status, flags);                                                        \
    }

LAYOUT(wide, kernel_stat64, STAT_WIDE)
LAYOUT(time64, stat_musl, STAT_MUSL)
LAYOUT(glibc, stat_plain, STAT_PLAIN)

/* musl keeps the plain names for programs built before 1.2: they have the kernel's layout. */
static int shown_plain(int result, const struct at *at, struct stat_plain *status, int flags) {
    return gnu_get_libc_version != NULL
               ? shown_glibc(result, at, status, flags)
               : shown_wide(result, at, (struct kernel_stat64 *)status, flags);
}

DOORS(plain, stat_plain, narrow_stat, "stat", narrow_lstat, "lstat", narrow_fstatat, "fstatat")
DOORS(wide, kernel_stat64, stat_64, "stat64", lstat_64, "lstat64", fstatat_64, "fstatat64")
DOORS(time64, stat_musl, musl_stat, "__stat_time64", musl_lstat, "__lstat_time64", musl_fstatat,
      "__fstatat_time64")
OLD_DOORS(plain, stat_plain, narrow___xstat, "__xstat", narrow___lxstat, "__lxstat",
          narrow___fxstatat, "__fxstatat")
OLD_DOORS(wide, kernel_stat64, __xstat, "__xstat64", __lxstat, "__lxstat64", __fxstatat,
          "__fxstatat64")

/* By the door of syscall(2), the one that every C library calls by the same name. */
int status_of(const char *path, struct stat *status, int flags) {
    struct statx seen;
    long result = syscall(SYS_statx, AT_FDCWD, path, flags, STATX_BASIC_STATS, &seen);
    if (result != 0)
        return (int)result;
    *status = (struct stat){.st_dev = device_make(seen.stx_dev_major, seen.stx_dev_minor),
                            .st_ino = seen.stx_ino,
                            .st_mode = seen.stx_mode,
                            .st_nlink = seen.stx_nlink,
                            .st_uid = seen.stx_uid,
                            .st_gid = seen.stx_gid,
                            .st_rdev = device_make(seen.stx_rdev_major, seen.stx_rdev_minor),
                            .st_size = (off_t)seen.stx_size,
                            .st_blksize = (blksize_t)seen.stx_blksize,
                            .st_blocks = (blkcnt_t)seen.stx_blocks,
                            .st_atim = {seen.stx_atime.tv_sec, (long)seen.stx_atime.tv_nsec},
                            .st_mtim = {seen.stx_mtime.tv_sec, (long)seen.stx_mtime.tv_nsec},
                            .st_ctim = {seen.stx_ctime.tv_sec, (long)seen.stx_ctime.tv_nsec}};
    return 0;
}

/* --- for nftw(3) -----------------------------------------------------------------------------  */

const void *stat_as_plain(const struct stat *status, union any_stat *room) {
    if (gnu_get_libc_version == NULL) { /* musl's nftw has but one name, of today's layout */
        stat_copy(&room->musl, STAT_MUSL, status, STAT_OWN, STAT_ALL);
        return &room->musl;
    }
    stat_copy(&room->plain, STAT_PLAIN, status, STAT_OWN, STAT_ALL);
    return &room->plain;
}

const void *stat_as_64(const struct stat *status, union any_stat *room) {
    stat_copy(&room->wide, STAT_WIDE, status, STAT_OWN, STAT_ALL);
    return &room->wide;
}
