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

#include "core/kernel.h"
#include "core/next.h"
#include "cron/paths.h"

DOOR int stat(const char *restrict path, struct stat *restrict status) {
    path = cron_path(path);
    return shown_stat(NEXT(stat)(path, status), AT_FDCWD, path, status, 0);
}

DOOR int lstat(const char *restrict path, struct stat *restrict status) {
    path = cron_path(path);
    return shown_stat(NEXT(lstat)(path, status), AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

DOOR int fstatat(int directory, const char *restrict path, struct stat *restrict status,
                 int flags) {
    path = cron_path(path);
    return shown_stat(NEXT(fstatat)(directory, path, status, flags), directory, path, status,
                      flags);
}

DOOR_ALIAS_WIDE(stat64, stat);
DOOR_ALIAS_WIDE(lstat64, lstat);
DOOR_ALIAS_WIDE(fstatat64, fstatat);

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
