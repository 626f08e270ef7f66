/*
 * The doors of sendmsg(2) to a path, and of recvmsg(2) with the sender's name. On 32-bit machines
 * they have two names each, for programs of either width of time: calls/narrow/message.c.
 */
#include "calls/message.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "calls/restore.h"
#include "core/errno_now.h"
#include "core/kernel.h"
#include "core/next.h"
#include "sockets/redirect.h"

/* sendmmsg(2) takes no more messages than this at once (UIO_MAXIOV). */
enum { MESSAGES_MOST = 1024 };

/* Sends again where the message's name led to a marker; -1 and errno as it was where it did not. */
static __attribute__((noinline)) ssize_t send_redirected(int fd, const struct msghdr *message,
                                                         int flags, int saved_errno) {
    struct sockaddr_un target;
    socklen_t target_length;
    if (errno == EFAULT ||
        !send_target(fd, message->msg_name, message->msg_namelen, &target, &target_length))
        return -1;
    struct msghdr redirected = *message;
    redirected.msg_name = &target;
    redirected.msg_namelen = target_length;
    return settle_send(NEXT(sendmsg)(fd, &redirected, flags), saved_errno);
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

typedef int recvmmsg_function(int fd, struct mmsghdr *messages, unsigned count, int flags,
                              struct timespec *timeout);

/* With names in pages of the shim's own; they are put back as the program had them. */
static __attribute__((noinline)) int recvmmsg_short(recvmmsg_function *next, int fd,
                                                    struct mmsghdr *messages, unsigned count,
                                                    int flags, struct timespec *timeout) {
    struct wide_name *wide = kernel_pages(count * sizeof *wide);
    if (wide == NULL)
        return next(fd, messages, count, flags, timeout);
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
    int received = next(fd, messages, count, flags, timeout);
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

static inline int receive_several(recvmmsg_function *next, int fd, struct mmsghdr *messages,
                                  unsigned count, int flags, struct timespec *timeout) {
    socklen_t capacities[MESSAGES_MOST];
    if (!pointer_plausible(messages) || !sockets_wanted())
        return next(fd, messages, count, flags, timeout);
    unsigned most = count < MESSAGES_MOST ? count : MESSAGES_MOST;
    unsigned read = 0;
    for (; read < most; read++) {
        bool known = read > 0 && !begins_page(&messages[read]);
        if (!known && !pointer_readable(&messages[read].msg_hdr, sizeof messages[read].msg_hdr))
            break;
        capacities[read] = sender_capacity(&messages[read].msg_hdr);
    }
    if (read == count && have_short_names(messages, count))
        return recvmmsg_short(next, fd, messages, count, flags, timeout);
    int received = next(fd, messages, count, flags, timeout);
    /* sendmmsg's limit is not recvmmsg's; beyond it, names stay as they are. */
    for (int i = 0; i < received && (unsigned)i < read; i++)
        restore_sender(messages[i].msg_hdr.msg_name, capacities[i],
                       &messages[i].msg_hdr.msg_namelen);
    return received;
}

DOOR int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                  struct timespec *timeout) {
    return receive_several(NEXT(recvmmsg), fd, messages, count, flags, timeout);
}
