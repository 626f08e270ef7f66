/*
 * The doors of stat(2) as programs built with glibc before 2.33 import them (sys/stat.h of that
 * time). Those of 32-bit machines are in calls/narrow.
 */
#include "calls/stat.h"
#include "core/next.h"
#include "cron/paths.h"

#if __SIZEOF_LONG__ == 8
int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);

DOOR int __xstat(int version, const char *path, struct stat *status) {
    path = cron_path(path);
    return shown_stat(NEXT(__xstat)(version, path, status), AT_FDCWD, path, status, 0);
}

DOOR int __lxstat(int version, const char *path, struct stat *status) {
    path = cron_path(path);
    return shown_stat(NEXT(__lxstat)(version, path, status), AT_FDCWD, path, status,
                      AT_SYMLINK_NOFOLLOW);
}

DOOR int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags) {
    return shown_stat(NEXT(__fxstatat)(version, directory, path, status, flags), directory, path,
                      status, flags);
}

DOOR_ALIAS(__xstat64, __xstat);
DOOR_ALIAS(__lxstat64, __lxstat);
DOOR_ALIAS(__fxstatat64, __fxstatat);
#endif
