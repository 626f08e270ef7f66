/*
 * The doors of stat(2) and statx(2): a marker shows as a socket.
 *
 * The native call comes first. What it says of nearly every file rules a marker out
 * (marker_possible) without a system call.
 */
#include "calls/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "calls/missing_path.h"
#include "calls/sockets_wanted.h"
#include "core/kernel.h"
#include "core/next.h"
#include "cron/paths.h"
#include "sockets/appearance.h"
#include "sockets/marker.h"

/* The forms that programs built with glibc before 2.33 import (sys/stat.h of that time). */
int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);

/* What a stat that returned `result` is to return, with the status put right. */
static inline int shown(int result, int directory, const char *path, struct stat *status,
                        int flags) {
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (__builtin_expect(result != 0, 0)) {
        if (follow && errno == ENOENT)
            note_missing(path);
    } else if (__builtin_expect(marker_possible(status), 0) && path != NULL && sockets_wanted()) {
        appear_as_socket(directory, path, follow, status);
    }
    return result;
}

DOOR int stat(const char *restrict path, struct stat *restrict status) {
    path = cron_path(path);
    return shown(NEXT(stat)(path, status), AT_FDCWD, path, status, 0);
}

DOOR int lstat(const char *restrict path, struct stat *restrict status) {
    path = cron_path(path);
    return shown(NEXT(lstat)(path, status), AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

DOOR int fstatat(int directory, const char *restrict path, struct stat *restrict status,
                 int flags) {
    path = cron_path(path);
    return shown(NEXT(fstatat)(directory, path, status, flags), directory, path, status, flags);
}

DOOR int __xstat(int version, const char *path, struct stat *status) {
    path = cron_path(path);
    return shown(NEXT(__xstat)(version, path, status), AT_FDCWD, path, status, 0);
}

DOOR int __lxstat(int version, const char *path, struct stat *status) {
    path = cron_path(path);
    return shown(NEXT(__lxstat)(version, path, status), AT_FDCWD, path, status,
                 AT_SYMLINK_NOFOLLOW);
}

DOOR int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags) {
    return shown(NEXT(__fxstatat)(version, directory, path, status, flags), directory, path, status,
                 flags);
}

DOOR_ALIAS(stat64, stat);
DOOR_ALIAS(lstat64, lstat);
DOOR_ALIAS(fstatat64, fstatat);
DOOR_ALIAS(__xstat64, __xstat);
DOOR_ALIAS(__lxstat64, __lxstat);
DOOR_ALIAS(__fxstatat64, __fxstatat);

int shown_statx(long result, int directory, const char *path, int flags, struct statx *status) {
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (__builtin_expect(result != 0, 0)) {
        if (follow && errno == ENOENT)
            note_missing(path);
    } else if (__builtin_expect(marker_possible_statx(status), 0) && path != NULL &&
               sockets_wanted()) {
        appear_as_socket_statx(directory, path, follow, status);
    }
    return (int)result;
}

DOOR int statx(int directory, const char *restrict path, int flags, unsigned mask,
               struct statx *restrict status) {
    return shown_statx(NEXT(statx)(directory, path, flags, mask, status), directory, path, flags,
                       status);
}
