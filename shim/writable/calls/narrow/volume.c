/* The doors of writable/calls/volume.c under the plain names; nobody looks into what is asked for.
 */
#include <fcntl.h>

#include "core/next.h"
#include "writable/calls/at.h"

/* In either width, as calls/narrow/open.c has it. */
int narrow_truncate(const char *path, long second, long third, long fourth) __asm__("truncate");
int narrow_statfs(const char *path, void *status) __asm__("statfs");
int narrow_statvfs(const char *path, void *status) __asm__("statvfs");

DOOR int narrow_truncate(const char *path, long second, long third, long fourth) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_ENTRY, NEXT(narrow_truncate)(at.path, second, third, fourth));
}

DOOR int narrow_statfs(const char *path, void *status) {
    AT(at, AT_FDCWD, path);
    return NEXT(narrow_statfs)(at.path, status);
}

DOOR int narrow_statvfs(const char *path, void *status) {
    AT(at, AT_FDCWD, path);
    return NEXT(narrow_statvfs)(at.path, status);
}
