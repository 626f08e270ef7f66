/* The doors of utimensat(2), utimes(2) and utime(2); other names of theirs are in narrow/time.c. */
#include "writable/calls/time.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

#include "core/next.h"
#include "writable/calls/at.h"
#include "writable/record.h"

/* The times are the file's that a farm link stands for; and a link with other times than the lower
 * one's is not that one any more. */
static __attribute__((noinline)) void prepare_link(struct at *at) {
    char target[PATH_MAX];
    target[0] = '\0';
    bool farm = at_farm(at, target) != FARM_NONE;
    struct place *place = farm || target[0] != '\0' ? place_new() : NULL;
    if (place == NULL)
        return;
    if (at_place(at, LIFT_LINK, place) == STANDS_UPPER && !farm)
        record_link(place->path, place->name);
    place_free(place);
}

int viewed_utimensat(utimensat_function *next, int directory, const char *path, const void *times,
                     int flags) {
    AT(at, directory, path);
    bool nofollow = (flags & AT_SYMLINK_NOFOLLOW) != 0;
    if (!at_plausible(path) && views.active) {
        char upper[PATH_MAX];
        int saved = errno_now();
        int result = next(directory, path, times, flags);
        return result != 0 && at_lifted_path(directory, upper, saved)
                   ? next(AT_FDCWD, upper, times, 0)
                   : result;
    }
    if (at.inside && nofollow)
        prepare_link(&at);
    return LIFTING(at, nofollow ? LIFT_LINK : LIFT_ENTRY,
                   next(at.directory, at.path, times, flags));
}

int viewed_futimens(futimens_function *next, utimensat_function *by_path, int fd,
                    const void *times) {
    char path[PATH_MAX];
    int saved = errno_now();
    int result = next(fd, times);
    return result != 0 && at_lifted_path(fd, path, saved) ? by_path(AT_FDCWD, path, times, 0)
                                                          : result;
}

int viewed_utimes(utimes_function *next, const char *path, const void *times) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_ENTRY, next(at.path, times));
}

int viewed_lutimes(utimes_function *next, const char *path, const void *times) {
    AT(at, AT_FDCWD, path);
    if (at.inside)
        prepare_link(&at);
    return LIFTING(at, LIFT_LINK, next(at.path, times));
}

int viewed_futimesat(futimesat_function *next, int directory, const char *path, const void *times) {
    AT(at, directory, path);
    return LIFTING(at, LIFT_ENTRY, next(at.directory, at.path, times));
}

DOOR int utimensat(int directory, const char *path, const struct timespec times[2], int flags) {
    return viewed_utimensat((utimensat_function *)NEXT(utimensat), directory, path, times, flags);
}

DOOR int futimens(int fd, const struct timespec times[2]) {
    return viewed_futimens((futimens_function *)NEXT(futimens),
                           (utimensat_function *)NEXT(utimensat), fd, times);
}

DOOR int utimes(const char *path, const struct timeval times[2]) {
    return viewed_utimes((utimes_function *)NEXT(utimes), path, times);
}

DOOR int lutimes(const char *path, const struct timeval times[2]) {
    return viewed_lutimes((utimes_function *)NEXT(lutimes), path, times);
}

DOOR int futimesat(int directory, const char *path, const struct timeval times[2]) {
    return viewed_futimesat((futimesat_function *)NEXT(futimesat), directory, path, times);
}

DOOR int utime(const char *path, const struct utimbuf *times) {
    return viewed_utimes((utimes_function *)NEXT(utime), path, times);
}
