/* The original path, put into a name that a native call has just written. */
#ifndef QLSHIM_CALLS_RESTORE_H
#define QLSHIM_CALLS_RESTORE_H

#include <stddef.h>
#include <sys/socket.h>

#include "calls/sockets_wanted.h"
#include "sockets/names.h"

/*
 * The size of the buffer at `address`, read before the native call overwrites it with the name's
 * length; -1 where there is none or the pointers are for the kernel to refuse. A buffer of no bytes
 * is told the length all the same.
 */
static inline long name_capacity(const struct sockaddr *address, const socklen_t *length) {
    return pointer_plausible(address) && pointer_readable(length, sizeof *length) ? (long)*length
                                                                                  : -1;
}

/*
 * After a native call that wrote a name: gives the original path back where it is a redirected
 * socket's. Nearly all names are of another family, or too short for an address of ours.
 */
static inline bool name_private(const struct sockaddr *address, socklen_t capacity,
                                socklen_t length) {
    return length > sizeof address->sa_family + PRIVATE_NAME_DIGITS + 1 &&
           (capacity < sizeof address->sa_family || address->sa_family == AF_UNIX) &&
           sockets_wanted();
}

/* getsockname or getpeername of core/kernel.h: asks again for a name that was cut. */
typedef int name_query(int fd, struct sockaddr *address, socklen_t *length);

void restore_whole_name(name_query *query, int fd, struct sockaddr *address, socklen_t capacity,
                        socklen_t *length);

static inline void restore_name(name_query *query, int fd, struct sockaddr *address,
                                socklen_t capacity, socklen_t *length) {
    if (name_private(address, capacity, *length))
        restore_whole_name(query, fd, address, capacity, length);
}

#endif
