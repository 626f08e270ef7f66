/*
 * The doors of truncate(2), statfs(2) and statvfs(3), of 64-bit offsets; the others' are in
 * narrow/volume.c.
 */
#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/next.h"
#include "writable/calls/at.h"

DOOR int truncate(const char *path, off_t length) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_ENTRY, NEXT(truncate)(at.path, length));
}

DOOR int statfs(const char *path, struct statfs *status) {
    AT(at, AT_FDCWD, path);
    return NEXT(statfs)(at.path, status);
}

DOOR int statvfs(const char *restrict path, struct statvfs *restrict status) {
    AT(at, AT_FDCWD, path);
    return NEXT(statvfs)(at.path, status);
}

DOOR_ALIAS_WIDE(truncate64, truncate);
DOOR_ALIAS_WIDE(statfs64, statfs);
DOOR_ALIAS_WIDE(statvfs64, statvfs);
