/*
 * The redirected bind(2), and mknod(2) of a socket. What leads to such a socket is in
 * sockets/connect.h.
 *
 * A plan is made from the arguments of bind, without changing anything but by the trial; carrying
 * it out makes the marker, then binds. One that is to be redirected has its folder open, and has to
 * be carried out. Safe in threads.
 */
#ifndef QLSHIM_SOCKETS_REDIRECT_H
#define QLSHIM_SOCKETS_REDIRECT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "sockets/address.h"
#include "sockets/verdict.h"

#pragma GCC visibility push(hidden)

struct redirect_plan {
    char path[SOCKET_PATH_SIZE];   /* as the program named it; "" where there is nothing to do */
    char folder[SOCKET_PATH_SIZE]; /* its parent folder */
    int opened;                    /* that folder, from a plan to its end */
    const char *name;              /* what is made in it */
    const char *filesystem;        /* the volume's type */
    bool trusted;
    bool always; /* QLSHIM_SOCKETS=always: no verdict was asked */
    struct verdict verdict;
};

/* Whether a bind at this address is to be redirected. Where not, the native bind stands. */
bool redirect_planned(const struct sockaddr *address, socklen_t length, struct redirect_plan *plan);

/*
 * Whether a native bind that failed with `error` on a trusted filesystem is to be redirected after
 * all: an overlay may lie on anything. Tries the folder where the error is one that honest
 * filesystems do not give for good reason. What the failed bind left, redirect_bind removes.
 */
bool redirect_after_failure(int fd, int error, struct redirect_plan *plan);

/*
 * Binds `fd` in the private folder and makes the marker. Returns 0 or the negative errno that the
 * program is to see; REDIRECT_UNAVAILABLE where there is no private folder to bind in (said in the
 * log): then nothing has changed, and the native bind is to have its way.
 */
enum { REDIRECT_UNAVAILABLE = -10000 };
int redirect_bind(int fd, struct redirect_plan *plan);

/*
 * As redirect_bind, but as mknod(2) makes a socket: nobody ever listens on it. cp -a and tar copy
 * the sockets of a folder so. Where it is not to be redirected, REDIRECT_UNAVAILABLE, too.
 */
int redirect_mknod(int directory, const char *path, mode_t mode);

#pragma GCC visibility pop

#endif
