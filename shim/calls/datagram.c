/* The doors of sendto(2) a path, and of recvfrom(2) with the sender's name. */
#include "calls/message.h"

/* What programs built with _FORTIFY_SOURCE call instead of recvfrom (glibc, debug/recvfrom_chk.c).
 */
ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t buffer_size, int flags,
                       struct sockaddr *restrict address, socklen_t *restrict length);

static __attribute__((noinline)) ssize_t sendto_redirected(int fd, const void *buffer, size_t size,
                                                           int flags,
                                                           const struct sockaddr *address,
                                                           socklen_t length, int saved_errno) {
    struct sockaddr_un target;
    socklen_t target_length;
    if (!target_of(address, length, &target, &target_length))
        return -1;
    return settle_send(
        NEXT(sendto)(fd, buffer, size, flags, (struct sockaddr *)&target, target_length),
        saved_errno);
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

DOOR ssize_t recvfrom(int fd, void *restrict buffer, size_t size, int flags,
                      struct sockaddr *restrict address, socklen_t *restrict length) {
    socklen_t capacity = name_capacity(address, length);
    ssize_t received = NEXT(recvfrom)(fd, buffer, size, flags, address, length);
    if (received >= 0 && capacity > 0)
        restore_sender(address, capacity, length);
    return received;
}

DOOR ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t buffer_size,
                            int flags, struct sockaddr *restrict address,
                            socklen_t *restrict length) {
    socklen_t capacity = name_capacity(address, length);
    ssize_t received = NEXT(__recvfrom_chk)(fd, buffer, size, buffer_size, flags, address, length);
    if (received >= 0 && capacity > 0)
        restore_sender(address, capacity, length);
    return received;
}
