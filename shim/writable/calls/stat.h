#ifndef QLSHIM_WRITABLE_CALLS_STAT_H
#define QLSHIM_WRITABLE_CALLS_STAT_H

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "writable/calls/at.h"
#include "writable/identity.h"

struct statx;

#pragma GCC visibility push(hidden)

/* Of a path inside a view: the status as it is in the view. */
void show_stat(const struct at *at, struct stat *status, int flags);

/* Whether show_stat may find something to change. */
static inline bool is_stat_shown(const struct at *at, uid_t owner, mode_t mode) {
    return __builtin_expect(at->inside, 0) &&
           (owner != views.uid || S_ISLNK(mode) || S_ISDIR(mode) ||
            identity_may_be_copy(S_ISREG(mode)));
}

/* What a stat that returned `result` is to return, with the status as it is in the view. */
static inline int shown_stat(int result, const struct at *at, struct stat *status, int flags) {
    if (result == 0 && is_stat_shown(at, status->st_uid, status->st_mode))
        show_stat(at, status, flags);
    return result;
}

/*
 * The same of an fstat(2): a descriptor of a lower folder is one of the upper folder once that has
 * been expanded, as it is to a relative call.
 */
int shown_fstat(int result, int fd, struct stat *status);

/* Whether shown_fstat may find something to change. */
static inline bool is_fstat_shown(int fd, uid_t owner, mode_t mode) {
    return __builtin_expect(views.active && at_hinted(fd), 0) &&
           (owner != views.uid || S_ISDIR(mode) || S_ISLNK(mode) ||
            identity_may_be_copy(S_ISREG(mode)));
}

/* As fstatat(2) of AT_FDCWD in the view, for the shim's own walks. Not by the C library's names for
 * it, of which 32-bit machines have several. */
#if __SIZEOF_LONG__ == 8
static inline int status_of(const char *path, struct stat *status, int flags) {
    return fstatat(AT_FDCWD, path, status, flags);
}
#else
int status_of(const char *path, struct stat *status, int flags);
#endif

/* What must be asked for, so that it can be told what is to be shown. */
#define STATX_SHOWN (STATX_TYPE | STATX_UID | STATX_MTIME)

/* Whether the status is that of a farm link that was expected: no statx is to be made. */
bool shown_statx_farm(const struct at *at, int flags, unsigned mask, struct statx *status);

/* What a statx that returned `result` is to return, with the status as it is in the view. */
int shown_statx(long result, const struct at *at, int flags, unsigned mask, struct statx *status);

#pragma GCC visibility pop

#endif
