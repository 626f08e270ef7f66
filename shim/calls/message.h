/* What the doors of sending and receiving share. */
#ifndef QLSHIM_CALLS_MESSAGE_H
#define QLSHIM_CALLS_MESSAGE_H

#include <errno.h>
#include <sys/socket.h>

#include "calls/restore.h"
#include "core/errno_now.h"
#include "core/next.h"
#include "sockets/redirect.h"

/* Whether a send that failed with errno was to a marker: then to send to `target`. */
static inline bool target_of(const struct sockaddr *address, socklen_t length,
                             struct sockaddr_un *target, socklen_t *target_length) {
    if (address == NULL || !sockets_wanted())
        return false;
    errno = redirect_target(errno, address, length, target, target_length);
    return errno == 0;
}

/* What a send to a marker's address came to: a marker without its socket is a stale socket. */
static inline ssize_t settle_send(ssize_t result, int saved_errno) {
    if (result >= 0)
        errno = saved_errno;
    else if (errno == ENOENT)
        errno = ECONNREFUSED;
    return result;
}

/* A message is gone once received: a name that was cut cannot be asked for again. */
static inline void restore_sender(struct sockaddr *address, socklen_t capacity, socklen_t *length) {
    if (capacity > 0 && *length <= capacity && name_private(address, capacity, *length))
        names_restore(address, capacity, length);
}

#endif
