#include "sockets/alive.h"

#include <errno.h>

#include "core/kernel.h"

int socket_alive(const struct sockaddr *address, socklen_t length) {
    int fd = kernel_socket(SOCK_DGRAM);
    if (fd < 0)
        return fd;
    int error = kernel_connect(fd, address, length);
    kernel_close(fd);
    /* EPERM: a datagram socket that is connected to another peer itself. */
    return error == -EPROTOTYPE || error == -EPERM ? 0 : error;
}
