/* The doors of bind(2), connect(2), accept(2), getsockname(2) and getpeername(2). */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "calls/restore.h"
#include "calls/sockets_wanted.h"
#include "core/errno_now.h"
#include "core/kernel.h"
#include "core/next.h"
#include "sockets/connect.h"
#include "sockets/redirect.h"

DOOR int bind(int fd, const struct sockaddr *address, socklen_t length) {
    struct redirect_plan plan;
    int saved_errno = errno_now();
    if (!sockets_wanted() || !address_readable(address, length))
        return NEXT(bind)(fd, address, length);
    if (!redirect_planned(address, length, &plan)) {
        int result = NEXT(bind)(fd, address, length);
        if (result == 0 || !redirect_after_failure(fd, errno, &plan))
            return result;
    }
    int error = redirect_bind(fd, &plan);
    if (error == REDIRECT_UNAVAILABLE)
        return NEXT(bind)(fd, address, length);
    errno = error == 0 ? saved_errno : -error;
    return error == 0 ? 0 : -1;
}

/*
 * Success is not proof: a native connect through a stale link marker reached whom another user has
 * put at its address. A peer of one's own or root's needs no second look, nor does a name that is
 * no path.
 */
static __attribute__((noinline)) bool is_misled(int fd, const struct sockaddr *address,
                                                socklen_t length) {
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    if (!sockets_wanted())
        return false;
    kernel_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    return peer.uid != 0 && peer.uid != kernel_geteuid() && redirect_misled(address, length);
}

static inline bool is_path(const struct sockaddr *address, socklen_t length) {
    return length > sizeof address->sa_family && address->sa_family == AF_UNIX &&
           address->sa_data[0] != '\0';
}

/* A stream cannot be disconnected; but nothing is said through it. */
static __attribute__((cold, noinline)) int refuse_peer(int fd) {
    const struct sockaddr none = {.sa_family = AF_UNSPEC};
    kernel_shutdown(fd, SHUT_RDWR);
    kernel_connect(fd, &none, sizeof none);
    errno = ECONNREFUSED;
    return -1;
}

static __attribute__((noinline)) int connect_to(int fd, const struct target *target) {
    int result = NEXT(connect)(fd, (const struct sockaddr *)&target->address, target->length);
    way_release(&target->way);
    return result;
}

/*
 * By way of a marker, where one lies at the address: straight there where one has been met before,
 * else after the native connect, which was `tried` or is tried here, has failed.
 */
static __attribute__((cold, noinline)) int connect_redirected(int fd,
                                                              const struct sockaddr *address,
                                                              socklen_t length, bool tried,
                                                              int saved_errno) {
    struct target target;
    bool again =
        !tried && address_readable(address, length) && redirect_again(address, length, &target);
    if (!again) {
        if (!tried && NEXT(connect)(fd, address, length) == 0)
            return is_path(address, length) && is_misled(fd, address, length) ? refuse_peer(fd) : 0;
        if (!sockets_wanted())
            return -1;
        errno = redirect_target(errno, address, length, &target);
        if (errno != 0)
            return -1;
    }
    int result = connect_to(fd, &target);
    if (result != 0 && again && (errno == ECONNREFUSED || errno == ENOENT) &&
        redirect_anew(address, length, &target))
        result = connect_to(fd, &target);
    if (result == 0)
        errno = saved_errno;
    else if (errno == ENOENT)
        errno = ECONNREFUSED; /* a marker without its socket is a stale socket */
    return result;
}

DOOR int connect(int fd, const struct sockaddr *address, socklen_t length) {
    int saved_errno = errno_now();
    bool tried = !redirect_again_possible();
    if (tried && NEXT(connect)(fd, address, length) == 0) {
        if (__builtin_expect(is_path(address, length), 0) && is_misled(fd, address, length))
            return refuse_peer(fd);
        return 0;
    }
    return connect_redirected(fd, address, length, tried, saved_errno);
}

/* A connection is gone once it was accepted, also where the kernel's name did not fit. */
static __attribute__((cold, noinline)) int
accept_split(int fd, struct sockaddr *address, socklen_t capacity, socklen_t *length, int flags) {
    struct whole_name whole = WHOLE_NAME;
    int accepted = NEXT(accept4)(fd, (struct sockaddr *)&whole.address, &whole.length, flags);
    if (accepted < 0 || name_hand_over(&whole, address, capacity, length))
        return accepted;
    kernel_close(accepted);
    return -1;
}

DOOR int accept(int fd, struct sockaddr *address, socklen_t *length) {
    long capacity = address == NULL ? -1 : name_capacity(length);
    if (name_split(address, capacity) && sockets_wanted())
        return accept_split(fd, address, (socklen_t)capacity, length, 0);
    int accepted = NEXT(accept)(fd, address, length);
    if (accepted >= 0)
        restore_name(kernel_getpeername, accepted, 0, address, capacity, length);
    return accepted;
}

DOOR int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    long capacity = address == NULL ? -1 : name_capacity(length);
    if (name_split(address, capacity) && sockets_wanted())
        return accept_split(fd, address, (socklen_t)capacity, length, flags);
    int accepted = NEXT(accept4)(fd, address, length, flags);
    if (accepted >= 0)
        restore_name(kernel_getpeername, accepted, 0, address, capacity, length);
    return accepted;
}

DOOR int getsockname(int fd, struct sockaddr *address, socklen_t *length) {
    long capacity = name_capacity(length);
    int result = NEXT(getsockname)(fd, address, length);
    return restore_name(kernel_getsockname, fd, result, address, capacity, length);
}

DOOR int getpeername(int fd, struct sockaddr *address, socklen_t *length) {
    long capacity = name_capacity(length);
    int result = NEXT(getpeername)(fd, address, length);
    return restore_name(kernel_getpeername, fd, result, address, capacity, length);
}
