/*
 * The doors of stat(2) as programs built with glibc before 2.33 import them (calls/xstat.c). Those
 * of 32-bit machines are in narrow.
 */
#include <fcntl.h>

#include "core/next.h"
#include "writable/calls/at.h"
#include "writable/calls/stat.h"

#if __SIZEOF_LONG__ == 8
int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);

DOOR int __xstat(int version, const char *path, struct stat *status) {
    AT(at, AT_FDCWD, path);
    return shown_stat(NEXT(__xstat)(version, at.path, status), &at, status, 0);
}

DOOR int __lxstat(int version, const char *path, struct stat *status) {
    AT(at, AT_FDCWD, path);
    return shown_stat(NEXT(__lxstat)(version, at.path, status), &at, status, AT_SYMLINK_NOFOLLOW);
}

DOOR int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags) {
    AT(at, directory, path);
    return shown_stat(NEXT(__fxstatat)(version, at.directory, at.path, status, flags), &at, status,
                      flags);
}

int __fxstat(int version, int fd, struct stat *status);
DOOR int __fxstat(int version, int fd, struct stat *status) {
    return shown_fstat(NEXT(__fxstat)(version, fd, status), fd, status);
}

DOOR_ALIAS(__fxstat64, __fxstat);
DOOR_ALIAS(__xstat64, __xstat);
DOOR_ALIAS(__lxstat64, __lxstat);
DOOR_ALIAS(__fxstatat64, __fxstatat);
#endif
