/* What the doors that change a socket's path share. */
#ifndef QLSHIM_CALLS_SETTLE_H
#define QLSHIM_CALLS_SETTLE_H

#include <errno.h>
#include <stdbool.h>

#include "core/errno_now.h"
#include "sockets/marker.h"

/* After a native call with `result`: the socket behind the marker at `path`, if there is both. */
bool find_socket(int result, int directory, const char *path, bool follow, struct marker *marker);

/* Whether a stale marker at `path` refuses, with errno; a living socket is changed natively. */
bool change_refused(int directory, const char *path, int flags);

/* The result of what was done to the real socket, as libc reports it. */
static inline int settle(int error, int saved_errno) {
    errno = error == 0 ? saved_errno : -error;
    return error == 0 ? 0 : -1;
}

#endif
