/*
 * The doors of sendmsg(2) to a path, and of recvmsg(2) with the sender's name. On 32-bit machines
 * they have two names each, for programs of either width of time: calls/narrow/message.c.
 */
#include "calls/message.h"

#include <errno.h>
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
        !target_of(message->msg_name, message->msg_namelen, &target, &target_length))
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
    return pointer_plausible(message->msg_name) && sockets_wanted() &&
           kernel_can_read(message->msg_name) &&
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

DOOR ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    socklen_t capacity = pointer_plausible(message) ? sender_capacity(message) : 0;
    ssize_t received = NEXT(recvmsg)(fd, message, flags);
    if (received >= 0 && capacity > 0)
        restore_sender(message->msg_name, capacity, &message->msg_namelen);
    return received;
}

typedef int recvmmsg_function(int fd, struct mmsghdr *messages, unsigned count, int flags,
                              struct timespec *timeout);

static inline int receive_several(recvmmsg_function *next, int fd, struct mmsghdr *messages,
                                  unsigned count, int flags, struct timespec *timeout) {
    socklen_t capacities[MESSAGES_MOST];
    if (!pointer_plausible(messages) || !sockets_wanted())
        return next(fd, messages, count, flags, timeout);
    unsigned most = count < MESSAGES_MOST ? count : MESSAGES_MOST;
    for (unsigned i = 0; i < most; i++)
        capacities[i] = sender_capacity(&messages[i].msg_hdr);
    int received = next(fd, messages, count, flags, timeout);
    /* sendmmsg's limit is not recvmmsg's; beyond it, names stay as they are. */
    for (int i = 0; i < received && (unsigned)i < most; i++)
        restore_sender(messages[i].msg_hdr.msg_name, capacities[i],
                       &messages[i].msg_hdr.msg_namelen);
    return received;
}

DOOR int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                  struct timespec *timeout) {
    return receive_several(NEXT(recvmmsg), fd, messages, count, flags, timeout);
}
