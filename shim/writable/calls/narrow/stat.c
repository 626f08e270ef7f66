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

/* musl keeps the plain names for programs built before 1.2: they have the kernel's layout. */
static enum stat_form form_of(enum stat_form form) {
    return form == STAT_PLAIN && gnu_get_libc_version == NULL ? STAT_WIDE : form;
}

/* What is shown is changed in our own form, and put back in the program's. */
static int shown(int result, const struct at *at, void *status, enum stat_form form, int flags) {
    struct stat seen;
    form = form_of(form);
    if (result != 0 || !at->inside)
        return result;
    stat_copy(&seen, STAT_OWN, status, form, STAT_CHANGING);
    if (is_stat_shown(at, seen.st_uid, seen.st_mode)) {
        stat_copy(&seen, STAT_OWN, status, form, STAT_ALL);
        show_stat(at, &seen, flags);
        stat_copy(status, form, &seen, STAT_OWN, STAT_ALL);
    }
    return result;
}

static int shown_open(int result, int fd, void *status, enum stat_form form) {
    struct stat seen;
    form = form_of(form);
    if (result != 0 || !views.active || !at_hinted(fd))
        return result;
    stat_copy(&seen, STAT_OWN, status, form, STAT_ALL);
    shown_fstat(result, fd, &seen);
    stat_copy(status, form, &seen, STAT_OWN, STAT_ALL);
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
        AT(at, AT_FDCWD, path);                                                                    \
        return shown(NEXT(stat_)(at.path, status), &at, status, form, 0);                          \
    }                                                                                              \
    DOOR int lstat_(const char *path, struct layout *status) {                                     \
        AT(at, AT_FDCWD, path);                                                                    \
        return shown(NEXT(lstat_)(at.path, status), &at, status, form, AT_SYMLINK_NOFOLLOW);       \
    }                                                                                              \
    DOOR int fstatat_(int directory, const char *path, struct layout *status, int flags) {         \
        AT(at, directory, path);                                                                   \
        return shown(NEXT(fstatat_)(at.directory, at.path, status, flags), &at, status, form,      \
                     flags);                                                                       \
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
        AT(at, AT_FDCWD, path);                                                                    \
        return shown(NEXT(xstat_)(version, at.path, status), &at, status, form, 0);                \
    }                                                                                              \
    DOOR int lxstat_(int version, const char *path, struct layout *status) {                       \
        AT(at, AT_FDCWD, path);                                                                    \
        return shown(NEXT(lxstat_)(version, at.path, status), &at, status, form,                   \
                     AT_SYMLINK_NOFOLLOW);                                                         \
    }                                                                                              \
    DOOR int fxstatat_(int version, int directory, const char *path, struct layout *status,        \
                       int flags) {                                                                \
        AT(at, directory, path);                                                                   \
        return shown(NEXT(fxstatat_)(version, at.directory, at.path, status, flags), &at, status,  \
                     form, flags);                                                                 \
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
