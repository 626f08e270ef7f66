/*
 * bind(2) and what leads to a redirected socket: the policy behind the doors of sockets.
 *
 * A plan is made from the arguments of bind, without changing anything but by the trial; carrying
 * it out makes the marker, then binds. Safe in threads.
 */
#ifndef QLSHIM_SOCKETS_REDIRECT_H
#define QLSHIM_SOCKETS_REDIRECT_H

#include <stdbool.h>
#include <sys/socket.h>

#include "core/own.h"
#include "sockets/address.h"
#include "sockets/verdict.h"

struct redirect_plan {
    char path[SOCKET_PATH_SIZE];   /* as the program named it; "" where there is nothing to do */
    char folder[SOCKET_PATH_SIZE]; /* its parent folder */
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
 * filesystems do not give for good reason, and removes what the failed bind left.
 */
bool redirect_after_failure(int fd, int error, struct redirect_plan *plan);

/*
 * Binds `fd` in the private folder and makes the marker. Returns 0 or the negative errno that the
 * program is to see; REDIRECT_UNAVAILABLE where there is no private folder to bind in (said in the
 * log): then nothing has changed, and the native bind is to have its way.
 */
enum { REDIRECT_UNAVAILABLE = -10000 };
int redirect_bind(int fd, const struct redirect_plan *plan);

/*
 * After connect(2) or a send to `address` failed with `error`: 0 where a marker there is the cause,
 * and where to go instead; else the errno that the program is to see. That is `error`, but where
 * a marker could not be read (no descriptor, a signal, the volume), why: ECONNREFUSED would tell
 * the program that it may remove a living server's socket. The kernel has read the address, so it
 * is readable.
 */
int redirect_target(int error, const struct sockaddr *address, socklen_t length,
                    struct sockaddr_un *target, socklen_t *target_length);

/*
 * Whether a connect that succeeded at `address`, to a peer who is neither the process's own user
 * nor root, went where a stale link marker leads: its socket is gone, and another has put his own
 * at the address.
 */
bool redirect_misled(const struct sockaddr *address, socklen_t length);

/*
 * Where to go at once instead of to `address`, which can be read: where a connect there has come by
 * a file marker before, and one lies there still. Worth asking once there was any such connect.
 */
bool redirect_again(const struct sockaddr *address, socklen_t length, struct sockaddr_un *target,
                    socklen_t *target_length);
extern OWN bool redirects_again; /* for this one only */
static inline bool redirect_again_possible(void) {
    return __atomic_load_n(&redirects_again, __ATOMIC_RELAXED);
}

#endif
