/*
 * The doors of utime(2) and utimensat(2) on 32-bit machines, of programs with 32-bit times, and by
 * musl's names of those with 64-bit times. glibc's are in calls/time.c.
 */
#include "calls/time.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/time.h>

#include "calls/settle.h"
#include "core/next.h"
#include "cron/paths.h"

/* struct timespec, struct timeval and struct utimbuf: two numbers each. */
struct two {
    int32_t first;
    int32_t second;
};

int narrow_utimensat(int directory, const char *path, const struct two times[2],
                     int flags) __asm__("utimensat");
int narrow_utimes(const char *path, const struct two times[2]) __asm__("utimes");
int narrow_lutimes(const char *path, const struct two times[2]) __asm__("lutimes");
int narrow_utime(const char *path, const struct two *times) __asm__("utime");
int musl_utimensat(int directory, const char *path, const struct timespec times[2],
                   int flags) __asm__("__utimensat_time64");
int musl_utimes(const char *path, const struct timeval times[2]) __asm__("__utimes_time64");
int musl_lutimes(const char *path, const struct timeval times[2]) __asm__("__lutimes_time64");

DOOR int narrow_utimensat(int directory, const char *path, const struct two times[2], int flags) {
    int saved_errno = errno_now();
    if (change_refused(directory, path, flags))
        return -1;
    int result = NEXT(narrow_utimensat)(directory, path, times, flags);
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (result == 0 || times == NULL)
        return settle_utimens(result, directory, path, NULL, follow, saved_errno);
    const struct timespec both[2] = {{.tv_sec = times[0].first, .tv_nsec = times[0].second},
                                     {.tv_sec = times[1].first, .tv_nsec = times[1].second}};
    return settle_utimens(result, directory, path, both, follow, saved_errno);
}

static int settle_narrow(int result, const char *path, const struct two times[2], bool follow,
                         int saved_errno) {
    if (result == 0 || times == NULL)
        return settle_utimes(result, path, NULL, follow, saved_errno);
    const struct timeval both[2] = {{.tv_sec = times[0].first, .tv_usec = times[0].second},
                                    {.tv_sec = times[1].first, .tv_usec = times[1].second}};
    return settle_utimes(result, path, both, follow, saved_errno);
}

DOOR int narrow_utimes(const char *path, const struct two times[2]) {
    path = cron_path(path);
    int saved_errno = errno_now();
    if (change_refused(AT_FDCWD, path, 0))
        return -1;
    return settle_narrow(NEXT(narrow_utimes)(path, times), path, times, true, saved_errno);
}

DOOR int narrow_lutimes(const char *path, const struct two times[2]) {
    int saved_errno = errno_now();
    return settle_narrow(NEXT(narrow_lutimes)(path, times), path, times, false, saved_errno);
}

DOOR int narrow_utime(const char *path, const struct two *times) {
    path = cron_path(path);
    int saved_errno = errno_now();
    if (change_refused(AT_FDCWD, path, 0))
        return -1;
    int result = NEXT(narrow_utime)(path, times);
    if (result == 0 || times == NULL)
        return settle_narrow(result, path, NULL, true, saved_errno);
    const struct two both[2] = {{.first = times->first}, {.first = times->second}};
    return settle_narrow(result, path, both, true, saved_errno);
}

DOOR int musl_utimensat(int directory, const char *path, const struct timespec times[2],
                        int flags) {
    int saved_errno = errno_now();
    if (change_refused(directory, path, flags))
        return -1;
    return settle_utimens(NEXT(musl_utimensat)(directory, path, times, flags), directory, path,
                          times, (flags & AT_SYMLINK_NOFOLLOW) == 0, saved_errno);
}

DOOR int musl_utimes(const char *path, const struct timeval times[2]) {
    path = cron_path(path);
    int saved_errno = errno_now();
    if (change_refused(AT_FDCWD, path, 0))
        return -1;
    return settle_utimes(NEXT(musl_utimes)(path, times), path, times, true, saved_errno);
}

DOOR int musl_lutimes(const char *path, const struct timeval times[2]) {
    int saved_errno = errno_now();
    return settle_utimes(NEXT(musl_lutimes)(path, times), path, times, false, saved_errno);
}
