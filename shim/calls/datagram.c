/* The doors of sendto(2) a path, and of recvfrom(2) with the sender's name. */
#include "calls/datagram.h"

#include <string.h>

#include "calls/restore.h"
#include "core/errno_now.h"
#include "core/kernel.h"
#include "core/next.h"
#include "sockets/connect.h"

/* What programs built with _FORTIFY_SOURCE call instead of recvfrom (glibc, debug/recvfrom_chk.c).
 */
ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t buffer_size, int flags,
                       struct sockaddr *restrict address, socklen_t *restrict length);

/* A stream has no use for a name, whatever lies there (unix(7)). */
static bool is_stream(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return kernel_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* Nor has a datagram socket out-of-band data: the kernel says so before it looks at the path. */
bool send_target(int fd, int flags, const struct sockaddr *address, socklen_t length,
                 struct target *target) {
    if (address == NULL || !sockets_wanted() ||
        (errno == EOPNOTSUPP && ((flags & MSG_OOB) != 0 || is_stream(fd))))
        return false;
    errno = redirect_target(errno, address, length, target);
    return errno == 0;
}

/* What a send to a marker's address came to: a marker without its socket is a stale socket. */
ssize_t settle_send(ssize_t result, int saved_errno) {
    if (result >= 0)
        errno = saved_errno;
    else if (errno == ENOENT)
        errno = ECONNREFUSED;
    return result;
}

static __attribute__((noinline)) ssize_t sendto_redirected(int fd, const void *buffer, size_t size,
                                                           int flags,
                                                           const struct sockaddr *address,
                                                           socklen_t length, int saved_errno) {
    struct target target;
    if (!send_target(fd, flags, address, length, &target))
        return -1;
    ssize_t sent =
        NEXT(sendto)(fd, buffer, size, flags, (struct sockaddr *)&target.address, target.length);
    way_release(&target.way);
    return settle_send(sent, saved_errno);
}

DOOR ssize_t sendto(int fd, const void *buffer, size_t size, int flags,
                    const struct sockaddr *address, socklen_t length) {
    if (address == NULL)
        return NEXT(sendto)(fd, buffer, size, flags, address, length);
    int saved_errno = errno_now();
    ssize_t sent = NEXT(sendto)(fd, buffer, size, flags, address, length);
    return sent >= 0 ? sent
                     : sendto_redirected(fd, buffer, size, flags, address, length, saved_errno);
}

void restore_sender(struct sockaddr *address, socklen_t capacity, socklen_t *length) {
    if (capacity > 0 && *length <= capacity && name_private(address, capacity, *length))
        names_restore(address, capacity, length);
}

static __attribute__((noinline)) ssize_t recvfrom_tight(int fd, void *buffer, size_t size,
                                                        int flags, struct sockaddr *address,
                                                        socklen_t capacity, socklen_t *length) {
    struct whole_name whole = WHOLE_NAME;
    if (!sockets_wanted())
        return NEXT(recvfrom)(fd, buffer, size, flags, address, length);
    ssize_t received =
        NEXT(recvfrom)(fd, buffer, size, flags, (struct sockaddr *)&whole.address, &whole.length);
    return received < 0 || name_hand_over(&whole, address, capacity, length) ? received : -1;
}

static __attribute__((noinline)) ssize_t receive_from(int fd, void *buffer, size_t size, int flags,
                                                      struct sockaddr *address, socklen_t *length) {
    long capacity = address == NULL ? -1 : name_capacity(length);
    if (is_tight(address, capacity))
        return recvfrom_tight(fd, buffer, size, flags, address, (socklen_t)capacity, length);
    ssize_t received = NEXT(recvfrom)(fd, buffer, size, flags, address, length);
    if (received >= 0 && capacity > 0)
        restore_sender(address, (socklen_t)capacity, length);
    return received;
}

DOOR ssize_t recvfrom(int fd, void *restrict buffer, size_t size, int flags,
                      struct sockaddr *restrict address, socklen_t *restrict length) {
    return receive_from(fd, buffer, size, flags, address, length);
}

/* A buffer that is too small ends the program: libc says so. */
DOOR ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t buffer_size,
                            int flags, struct sockaddr *restrict address,
                            socklen_t *restrict length) {
    if (size > buffer_size)
        return NEXT(__recvfrom_chk)(fd, buffer, size, buffer_size, flags, address, length);
    return receive_from(fd, buffer, size, flags, address, length);
}
