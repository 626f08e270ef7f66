/*
 * What chmod(2), chown(2) and utime(2) of a marker do to the real socket, and how it is reached. A
 * private folder is its owner's: he may put a link or somebody's file in place of the socket
 * between a look and a change, and root would change that. So the socket is opened first, and what
 * was opened is changed; another's is reached so, too.
 *
 * They return 0 or a negative errno; -ENOENT where no socket is there. Safe in threads and signal
 * handlers.
 */
#ifndef QLSHIM_SOCKETS_REAL_H
#define QLSHIM_SOCKETS_REAL_H

#include <sys/types.h>
#include <time.h>

#include "core/descriptor.h"
#include "sockets/marker.h"

#pragma GCC visibility push(hidden)

/* The path by which a marker's socket is reached. */
struct way {
    const char *path;
    int opened; /* or a negative errno */
    char room[DESCRIPTOR_PATH_SIZE];
};

/* 0 or a negative errno, for a marker that leads to a socket; to be given back in any case. */
int way_find(struct way *way, const struct marker *marker);
void way_release(const struct way *way);

int real_socket_chmod(const char *address, mode_t mode);
int real_socket_chown(const char *address, uid_t owner, gid_t group);
int real_socket_utimens(const char *address, const struct timespec times[2]);

#pragma GCC visibility pop

#endif
