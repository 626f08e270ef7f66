#ifndef QLSHIM_SOCKETS_ALIVE_H
#define QLSHIM_SOCKETS_ALIVE_H

#include <sys/socket.h>

#pragma GCC visibility push(hidden)

/*
 * Whether a socket of some process is bound at the address: 0, or a negative errno. The kernel
 * (net/unix/af_unix.c, unix_find_bsd) looks for a socket at the inode first (ECONNREFUSED where
 * there is none) and compares types after (EPROTOTYPE), so connecting a datagram socket finds a
 * stream socket without disturbing it, even before it listens. Needs write permission there.
 */
int socket_alive(const struct sockaddr *address, socklen_t length);

#pragma GCC visibility pop

#endif
