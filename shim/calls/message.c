/* The doors of send(2) to a path, and of recv(2) with the sender's name. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "calls/restore.h"
#include "core/errno_now.h"
#include "core/kernel.h"
#include "core/next.h"
#include "sockets/redirect.h"

/* What programs built with _FORTIFY_SOURCE call instead of recvfrom (glibc, debug/recvfrom_chk.c).
 */
ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t buffer_size, int flags,
                       struct sockaddr *restrict address, socklen_t *restrict length);

/* sendmmsg(2) takes no more messages than this at once (UIO_MAXIOV). */
enum { MESSAGES_MOST = 1024 };

/* A stream has no use for a name, whatever lies there (unix(7)). */
static bool is_stream(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return kernel_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

static bool target_of(int fd, const struct sockaddr *address, socklen_t length,
                      struct sockaddr_un *target, socklen_t *target_length) {
    if (address == NULL || !sockets_wanted() || (errno == EOPNOTSUPP && is_stream(fd)))
        return false;
    errno = redirect_target(errno, address, length, target, target_length);
    return errno == 0;
}

/* What a send to a marker's address came to: a marker without its socket is a stale socket. */
static ssize_t settle(ssize_t result, int saved_errno) {
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
    struct sockaddr_un target;
    socklen_t target_length;
    if (!target_of(fd, address, length, &target, &target_length))
        return -1;
    return settle(NEXT(sendto)(fd, buffer, size, flags, (struct sockaddr *)&target, target_length),
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

/* Sends again where the message's name led to a marker; -1 and errno as it was where it did not. */
static __attribute__((noinline)) ssize_t send_redirected(int fd, const struct msghdr *message,
                                                         int flags, int saved_errno) {
    struct sockaddr_un target;
    socklen_t target_length;
    if (errno == EFAULT ||
        !target_of(fd, message->msg_name, message->msg_namelen, &target, &target_length))
        return -1;
    struct msghdr redirected = *message;
    redirected.msg_name = &target;
    redirected.msg_namelen = target_length;
    return settle(NEXT(sendmsg)(fd, &redirected, flags), saved_errno);
}

DOOR ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    int saved_errno = errno_now();
    ssize_t sent = NEXT(sendmsg)(fd, message, flags);
    return sent >= 0 || errno == EBADF || errno == ENOTSOCK
               ? sent
               : send_redirected(fd, message, flags, saved_errno);
}

/* Whether the message that the kernel stopped at is for a marker. The kernel may not have read it.
 */
static bool stopped_at_marker(const struct msghdr *message) {
    struct sockaddr_un target;
    socklen_t target_length;
    return pointer_readable(message, sizeof *message) && sockets_wanted() &&
           address_readable(message->msg_name, message->msg_namelen) &&
           redirect_target(ECONNREFUSED, message->msg_name, message->msg_namelen, &target,
                           &target_length) == 0;
}

/*
 * sendmmsg(2) stops at a message that fails, reports how many went before it, and gives the error
 * only where none did. It goes on only where a marker is the cause: an interruption, a full buffer
 * or a timeout is the program's to see.
 */
DOOR int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
    int saved_errno = errno_now();
    int sent = NEXT(sendmmsg)(fd, messages, count, flags);
    unsigned done = sent > 0 ? (unsigned)sent : 0;
    if (count > MESSAGES_MOST)
        count = MESSAGES_MOST;
    if (done == count || (sent < 0 && (errno == EBADF || errno == ENOTSOCK || errno == EFAULT)))
        return sent;
    while (done < count && (sent < 0 || stopped_at_marker(&messages[done].msg_hdr))) {
        errno = sent < 0 ? errno : ECONNREFUSED;
        ssize_t size = send_redirected(fd, &messages[done].msg_hdr, flags, saved_errno);
        if (size < 0)
            break;
        messages[done++].msg_len = (unsigned)size;
        sent = done < count ? NEXT(sendmmsg)(fd, messages + done, count - done, flags) : 0;
        done += sent > 0 ? (unsigned)sent : 0;
    }
    if (done == 0)
        return -1;
    errno = saved_errno;
    return (int)done;
}

/* A message is gone once received: a name that was cut cannot be asked for again. */
static void restore_sender(struct sockaddr *address, socklen_t capacity, socklen_t *length) {
    if (capacity > 0 && *length <= capacity && name_private(address, capacity, *length))
        names_restore(address, capacity, length);
}

/*
 * So a buffer that a redirected socket's address may not fit is not the kernel's to fill. (Those of
 * an internet address' size are for one.)
 */
static inline bool is_short(long capacity) {
    return __builtin_expect(capacity >= 0 && capacity < (long)sizeof(struct sockaddr_un), 0) &&
           capacity != sizeof(struct sockaddr_in) && capacity != sizeof(struct sockaddr_in6);
}

/* Gives the program as much of the name as its buffer takes, and its full length. */
static void hand_over(struct sockaddr_storage *whole, socklen_t whole_length,
                      struct sockaddr *address, socklen_t capacity, socklen_t *length) {
    restore_sender((struct sockaddr *)whole, sizeof *whole, &whole_length);
    if (address != NULL && whole_length > 0) /* a name of no length leaves the buffer alone */
        memcpy(address, whole, whole_length < capacity ? whole_length : capacity);
    *length = whole_length;
}

static __attribute__((noinline)) ssize_t recvfrom_short(int fd, void *buffer, size_t size,
                                                        int flags, struct sockaddr *address,
                                                        socklen_t *length) {
    struct sockaddr_storage whole;
    socklen_t whole_length = sizeof whole;
    if (!sockets_wanted() || (*length > 0 && !kernel_can_read(address)))
        return NEXT(recvfrom)(fd, buffer, size, flags, address, length);
    ssize_t received =
        NEXT(recvfrom)(fd, buffer, size, flags, (struct sockaddr *)&whole, &whole_length);
    if (received >= 0)
        hand_over(&whole, whole_length, address, *length, length);
    return received;
}

DOOR ssize_t recvfrom(int fd, void *restrict buffer, size_t size, int flags,
                      struct sockaddr *restrict address, socklen_t *restrict length) {
    long capacity = name_capacity(address, length);
    if (is_short(capacity))
        return recvfrom_short(fd, buffer, size, flags, address, length);
    ssize_t received = NEXT(recvfrom)(fd, buffer, size, flags, address, length);
    if (received >= 0 && capacity > 0)
        restore_sender(address, (socklen_t)capacity, length);
    return received;
}

DOOR ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t buffer_size,
                            int flags, struct sockaddr *restrict address,
                            socklen_t *restrict length) {
    long capacity = name_capacity(address, length);
    if (is_short(capacity) && size <= buffer_size)
        return recvfrom_short(fd, buffer, size, flags, address, length);
    ssize_t received = NEXT(__recvfrom_chk)(fd, buffer, size, buffer_size, flags, address, length);
    if (received >= 0 && capacity > 0)
        restore_sender(address, (socklen_t)capacity, length);
    return received;
}

static socklen_t sender_capacity(const struct msghdr *message) {
    return message->msg_name != NULL ? message->msg_namelen : 0;
}

static __attribute__((noinline)) ssize_t recvmsg_short(int fd, struct msghdr *message, int flags) {
    struct sockaddr_storage whole;
    struct msghdr wide = *message;
    if (!sockets_wanted() || (message->msg_namelen > 0 && !kernel_can_read(message->msg_name)))
        return NEXT(recvmsg)(fd, message, flags);
    wide.msg_name = &whole;
    wide.msg_namelen = sizeof whole;
    ssize_t received = NEXT(recvmsg)(fd, &wide, flags);
    if (received < 0)
        return received;
    socklen_t length = 0;
    hand_over(&whole, wide.msg_namelen, message->msg_name, message->msg_namelen, &length);
    message->msg_namelen = length;
    message->msg_controllen = wide.msg_controllen;
    message->msg_flags = wide.msg_flags;
    return received;
}

DOOR ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    bool named = pointer_readable(message, sizeof *message) && message->msg_name != NULL;
    if (named && is_short((long)message->msg_namelen))
        return recvmsg_short(fd, message, flags);
    socklen_t capacity = named ? message->msg_namelen : 0;
    ssize_t received = NEXT(recvmsg)(fd, message, flags);
    if (received >= 0 && capacity > 0)
        restore_sender(message->msg_name, capacity, &message->msg_namelen);
    return received;
}

/* Whether an element of a vector lies on another page than the one before it, or runs into one. */
static bool begins_page(const struct mmsghdr *message) {
    enum { PAGE = 4096 }; /* none is smaller */
    uintptr_t within = (uintptr_t)message % PAGE;
    return within < sizeof *message || within + sizeof *message > PAGE;
}

static inline bool has_short_name(const struct msghdr *message) {
    return message->msg_name != NULL && is_short((long)message->msg_namelen);
}

static bool have_short_names(const struct mmsghdr *messages, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (has_short_name(&messages[i].msg_hdr))
            return true;
    return false;
}

/* A message's name as the program asked for it, and room for all of it. */
struct wide_name {
    void *name;
    socklen_t capacity;
    struct sockaddr_storage whole;
};

/* With names in pages of the shim's own; they are put back as the program had them. */
static __attribute__((noinline)) int recvmmsg_short(int fd, struct mmsghdr *messages,
                                                    unsigned count, int flags,
                                                    struct timespec *timeout) {
    struct wide_name *wide = kernel_pages(count * sizeof *wide);
    if (wide == NULL)
        return NEXT(recvmmsg)(fd, messages, count, flags, timeout);
    for (unsigned i = 0; i < count; i++) {
        struct msghdr *message = &messages[i].msg_hdr;
        wide[i].name = message->msg_name;
        wide[i].capacity = sender_capacity(message);
        /* The others are as they are, with the lengths that the kernel refuses among them. */
        if (!has_short_name(message) || !kernel_can_read(message->msg_name))
            continue;
        message->msg_name = &wide[i].whole;
        message->msg_namelen = sizeof wide[i].whole;
    }
    int received = NEXT(recvmmsg)(fd, messages, count, flags, timeout);
    for (unsigned i = 0; i < count; i++) {
        struct msghdr *message = &messages[i].msg_hdr;
        if (message->msg_name != &wide[i].whole) {
            if ((int)i < received)
                restore_sender(message->msg_name, wide[i].capacity, &message->msg_namelen);
            continue;
        }
        message->msg_name = wide[i].name;
        if ((int)i < received)
            hand_over(&wide[i].whole, message->msg_namelen, wide[i].name, wide[i].capacity,
                      &message->msg_namelen);
        else
            message->msg_namelen = wide[i].capacity;
    }
    kernel_release(wide, count * sizeof *wide);
    return received;
}

DOOR int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                  struct timespec *timeout) {
    socklen_t capacities[MESSAGES_MOST];
    if (!pointer_plausible(messages) || !sockets_wanted())
        return NEXT(recvmmsg)(fd, messages, count, flags, timeout);
    unsigned most = count < MESSAGES_MOST ? count : MESSAGES_MOST;
    unsigned read = 0;
    for (; read < most; read++) {
        bool known = read > 0 && !begins_page(&messages[read]);
        if (!known && !pointer_readable(&messages[read].msg_hdr, sizeof messages[read].msg_hdr))
            break;
        capacities[read] = sender_capacity(&messages[read].msg_hdr);
    }
    if (read == count && have_short_names(messages, count))
        return recvmmsg_short(fd, messages, count, flags, timeout);
    int received = NEXT(recvmmsg)(fd, messages, count, flags, timeout);
    /* sendmmsg's limit is not recvmmsg's; beyond it, names stay as they are. */
    for (int i = 0; i < received && (unsigned)i < read; i++)
        restore_sender(messages[i].msg_hdr.msg_name, capacities[i],
                       &messages[i].msg_hdr.msg_namelen);
    return received;
}
