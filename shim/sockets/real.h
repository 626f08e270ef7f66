/*
 * What chmod(2) and chown(2) of a marker do to the real socket. Another's private folder is his: he
 * may put a link or somebody's file in place of the socket between a look and a change, and root
 * would change that. So in his folder the socket is opened first, and what was opened is changed.
 *
 * They return 0 or a negative errno. Safe in threads and signal handlers.
 */
#ifndef QLSHIM_SOCKETS_REAL_H
#define QLSHIM_SOCKETS_REAL_H

#include <sys/types.h>

int real_socket_chmod(const char *address, mode_t mode);
int real_socket_chown(const char *address, uid_t owner, gid_t group);

#endif
