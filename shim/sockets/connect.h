/*
 * What leads to a redirected socket: the policy behind connect(2) and the sends. Nothing is changed
 * but what this process remembers. Safe in threads and signal handlers.
 */
#ifndef QLSHIM_SOCKETS_CONNECT_H
#define QLSHIM_SOCKETS_CONNECT_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sockets/real.h"

#pragma GCC visibility push(hidden)

/* Where to go; to be given back by way_release. */
struct target {
    struct sockaddr_un address;
    socklen_t length;
    struct way way;
};

/*
 * After connect(2) or a send to `address` failed with `error`: 0 where a marker there is the cause,
 * and where to go instead; else the errno that the program is to see. That is `error`, but where
 * a marker could not be read (no descriptor, a signal, the volume), why: ECONNREFUSED would tell
 * the program that it may remove a living server's socket. The kernel has read the address, so it
 * is readable. Where 0 is returned, `target` is to be given back.
 */
int redirect_target(int error, const struct sockaddr *address, socklen_t length,
                    struct target *target);

/*
 * Whether a connect that succeeded at `address`, to a peer who is neither the process's own user
 * nor root, went where a stale link marker leads: its socket is gone, and another has put his own
 * at the address.
 */
bool redirect_misled(const struct sockaddr *address, socklen_t length);

/*
 * Where to go at once instead of to `address`, which can be read: where a connect there has come by
 * a file marker before, and one lies there still. Worth asking once there was any such connect.
 * Where true, `target` is to be given back.
 */
bool redirect_again(const struct sockaddr *address, socklen_t length, struct target *target);
/*
 * The same after a connect to where redirect_again led was refused, without what is remembered:
 * another process may have replaced that within a step of the volume's times.
 */
bool redirect_anew(const struct sockaddr *address, socklen_t length, struct target *target);
extern bool redirects_again; /* for this one only */
static inline bool redirect_again_possible(void) {
    return __atomic_load_n(&redirects_again, __ATOMIC_RELAXED);
}

#pragma GCC visibility pop

#endif
