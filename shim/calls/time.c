/* The doors of utime(2) and utimensat(2): what a program does to a socket's path (calls/file.c). */
#include "calls/time.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

#include "calls/settle.h"
#include "core/next.h"
#include "cron/paths.h"
#include "sockets/real.h"

/*
 * A marker has times of its own, which stat shows where it is a file: the native call is right
 * where it succeeds. Where the volume refuses, the real socket is touched.
 */
int settle_utimens(int result, int directory, const char *path, const struct timespec times[2],
                   bool follow, int saved_errno) {
    struct marker marker;
    if (result == 0 || !find_socket(result, directory, path, follow, &marker) ||
        !marker_changes_socket(&marker))
        return result;
    return settle(real_socket_utimens(marker.address, times), saved_errno);
}

int settle_utimes(int result, const char *path, const struct timeval times[2], bool follow,
                  int saved_errno) {
    if (result == 0 || times == NULL)
        return settle_utimens(result, AT_FDCWD, path, NULL, follow, saved_errno);
    const struct timespec precise[2] = {
        {.tv_sec = times[0].tv_sec, .tv_nsec = times[0].tv_usec * 1000},
        {.tv_sec = times[1].tv_sec, .tv_nsec = times[1].tv_usec * 1000}};
    return settle_utimens(result, AT_FDCWD, path, precise, follow, saved_errno);
}

DOOR int utimensat(int directory, const char *path, const struct timespec times[2], int flags) {
    int saved_errno = errno_now();
    if (change_refused(directory, path, flags))
        return -1;
    return settle_utimens(NEXT(utimensat)(directory, path, times, flags), directory, path, times,
                          (flags & AT_SYMLINK_NOFOLLOW) == 0, saved_errno);
}

DOOR int utimes(const char *path, const struct timeval times[2]) {
    path = cron_path(path);
    int saved_errno = errno_now();
    if (change_refused(AT_FDCWD, path, 0))
        return -1;
    return settle_utimes(NEXT(utimes)(path, times), path, times, true, saved_errno);
}

DOOR int lutimes(const char *path, const struct timeval times[2]) {
    int saved_errno = errno_now();
    return settle_utimes(NEXT(lutimes)(path, times), path, times, false, saved_errno);
}

DOOR int utime(const char *path, const struct utimbuf *times) {
    path = cron_path(path);
    int saved_errno = errno_now();
    if (change_refused(AT_FDCWD, path, 0))
        return -1;
    int result = NEXT(utime)(path, times);
    if (result == 0 || times == NULL)
        return settle_utimes(result, path, NULL, true, saved_errno);
    const struct timeval both[2] = {{.tv_sec = times->actime}, {.tv_sec = times->modtime}};
    return settle_utimes(result, path, both, true, saved_errno);
}
