/* What the doors of sending and receiving share. */
#ifndef QLSHIM_CALLS_DATAGRAM_H
#define QLSHIM_CALLS_DATAGRAM_H

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "calls/restore.h"
#include "sockets/connect.h"

#pragma GCC visibility push(hidden)

/* Whether a send to `address` that failed with errno was to a marker: then to send to `target`,
 * which is to be given back. */
bool send_target(int fd, int flags, const struct sockaddr *address, socklen_t length,
                 struct target *target);

/* What a send to a marker's address came to: a marker without its socket is a stale socket. */
ssize_t settle_send(ssize_t result, int saved_errno);

/*
 * A message is gone once received: a name that was cut, or did not fit, cannot be asked for again.
 * So a buffer that a redirected socket's address may not fit is not the kernel's to fill.
 */
static inline bool is_tight(const void *address, long capacity) {
    return __builtin_expect(capacity >= 0 && capacity < NAME_LONGEST, 0) ||
           name_split(address, capacity);
}

/* The name in a buffer that is not tight: all of it is there, on one page. */
void restore_sender(struct sockaddr *address, socklen_t capacity, socklen_t *length);

#pragma GCC visibility pop

#endif
