#ifndef QLSHIM_CALLS_STAT_H
#define QLSHIM_CALLS_STAT_H

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "calls/missing_path.h"
#include "calls/sockets_wanted.h"
#include "core/kernel.h"
#include "sockets/appearance.h"
#include "sockets/marker.h"

/* What a stat that returned `result` is to return, with the status put right. */
static inline int shown_stat(int result, int directory, const char *path, struct stat *status,
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

/* What a statx that returned `result` is to return, with the status put right. */
int shown_statx(long result, int directory, const char *path, int flags, struct statx *status);

/* The same of an fstat (calls/cron.c), for calls/narrow. */
int shown_fstat(int result, int fd, struct stat *status);

#endif
