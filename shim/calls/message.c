/*
 * The doors of sendmsg(2) to a path, and of recvmsg(2) with the sender's name. On 32-bit machines
 * they have two names each, for programs of either width of time: calls/narrow/message.c.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "calls/datagram.h"
#include "calls/restore.h"
#include "core/errno_now.h"
#include "core/kernel.h"
#include "core/next.h"
#include "sockets/connect.h"

/* sendmmsg(2) takes no more messages than this at once (UIO_MAXIOV). */
enum { MESSAGES_MOST = 1024 };

/* What the kernel reads and writes of an element: padding may lie behind it. */
enum { ELEMENT_SIZE = offsetof(struct mmsghdr, msg_len) + sizeof(unsigned) };

/* Sends again where the message's name led to a marker; -1 and errno as it was where it did not. */
static __attribute__((noinline)) ssize_t send_redirected(int fd, const struct msghdr *message,
                                                         int flags, int saved_errno) {
    struct target target;
    if (errno == EFAULT ||
        !send_target(fd, flags, message->msg_name, message->msg_namelen, &target))
        return -1;
    struct msghdr redirected = *message;
    redirected.msg_name = &target.address;
    redirected.msg_namelen = target.length;
    ssize_t sent = NEXT(sendmsg)(fd, &redirected, flags);
    way_release(&target.way);
    return settle_send(sent, saved_errno);
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
static bool stopped_at_marker(const struct mmsghdr *stopped) {
    const struct msghdr *message = &stopped->msg_hdr;
    struct target target;
    if (!pointer_readable(stopped, ELEMENT_SIZE) || !sockets_wanted() ||
        !address_readable(message->msg_name, message->msg_namelen) ||
        redirect_target(ECONNREFUSED, message->msg_name, message->msg_namelen, &target) != 0)
        return false;
    way_release(&target.way);
    return true;
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
    while (done < count && (sent < 0 || stopped_at_marker(&messages[done]))) {
        errno = sent < 0 ? errno : ECONNREFUSED;
        ssize_t size = send_redirected(fd, &messages[done].msg_hdr, flags, saved_errno);
        unsigned length = (unsigned)size;
        if (size < 0 || !copy_out(&messages[done].msg_len, &length, sizeof length))
            break;
        done++;
        sent = done < count ? NEXT(sendmmsg)(fd, messages + done, count - done, flags) : 0;
        done += sent > 0 ? (unsigned)sent : 0;
    }
    if (done == 0)
        return -1;
    errno = saved_errno;
    return (int)done;
}

/* Has the kernel write a message's name into memory of the shim's own. */
static void ask_whole(struct msghdr *copy, struct whole_name *whole) {
    copy->msg_name = &whole->address;
    copy->msg_namelen = sizeof whole->address;
}

/* Gives the program what the kernel wrote into a copy of its message. */
static bool message_hand_over(struct msghdr *copy, struct whole_name *whole,
                              struct msghdr *message) {
    whole->length = copy->msg_namelen;
    if (copy->msg_name == &whole->address &&
        !name_hand_over(whole, message->msg_name, message->msg_namelen, &copy->msg_namelen))
        return false;
    copy->msg_name = message->msg_name;
    return copy_out(message, copy, sizeof *message);
}

static __attribute__((noinline)) ssize_t recvmsg_tight(int fd, struct msghdr *message, int flags) {
    struct whole_name whole = WHOLE_NAME;
    struct msghdr copy = *message;
    if (!sockets_wanted())
        return NEXT(recvmsg)(fd, message, flags);
    ask_whole(&copy, &whole);
    ssize_t received = NEXT(recvmsg)(fd, &copy, flags);
    return received < 0 || message_hand_over(&copy, &whole, message) ? received : -1;
}

static inline bool has_tight_name(const struct msghdr *message) {
    return message->msg_name != NULL && is_tight(message->msg_name, (long)message->msg_namelen);
}

DOOR ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    bool named = pointer_readable(message, sizeof *message) && message->msg_name != NULL;
    if (named && has_tight_name(message))
        return recvmsg_tight(fd, message, flags);
    socklen_t capacity = named ? message->msg_namelen : 0;
    ssize_t received = NEXT(recvmsg)(fd, message, flags);
    if (received >= 0 && capacity > 0)
        restore_sender(message->msg_name, capacity, &message->msg_namelen);
    return received;
}

static bool have_tight_names(const struct mmsghdr *messages, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (has_tight_name(&messages[i].msg_hdr))
            return true;
    return false;
}

/*
 * Whether a message's name is for the shim to ask for: not where the kernel refuses the length or
 * the address, and receives no more.
 */
static bool asks_name(const struct msghdr *message) {
    return message->msg_name != NULL && message->msg_namelen <= INT_MAX &&
           (message->msg_namelen == 0 || kernel_can_read(message->msg_name));
}

/* Whether the end of a name's buffer is not there. */
static bool runs_over_edge(const struct msghdr *message) {
    socklen_t room = message->msg_namelen < NAME_LONGEST ? message->msg_namelen : NAME_LONGEST;
    return room > 0 && !kernel_can_read((const char *)message->msg_name + room - 1);
}

typedef int recvmmsg_function(int fd, struct mmsghdr *messages, unsigned count, int flags,
                              struct timespec *timeout);

/* `more` messages follow that cannot be read: at the first of them the kernel stops. */
static __attribute__((noinline)) int recvmmsg_tight(recvmmsg_function *next, int fd,
                                                    struct mmsghdr *messages, unsigned count,
                                                    bool more, int flags,
                                                    struct timespec *timeout) {
    int saved_errno = errno_now();
    size_t size = (count + 1) * (sizeof(struct mmsghdr) + sizeof(struct whole_name));
    struct mmsghdr *copies = kernel_pages(size);
    struct whole_name *names = (struct whole_name *)(copies + count + 1);
    if (copies == NULL)
        return next(fd, messages, count, flags, timeout);
    for (unsigned i = 0; i < count; i++) {
        copies[i].msg_hdr = messages[i].msg_hdr;
        if (!asks_name(&copies[i].msg_hdr))
            continue;
        ask_whole(&copies[i].msg_hdr, &names[i]);
        if (runs_over_edge(&messages[i].msg_hdr)) { /* what does not fit here is to stop it */
            count = i + 1;
            more = false;
        }
    }
    copies[count].msg_hdr.msg_iovlen = 1; /* of a vector at NULL */
    int received = next(fd, copies, count + more, flags, timeout);
    for (int i = 0; i < received; i++)
        if (!message_hand_over(&copies[i].msg_hdr, &names[i], &messages[i].msg_hdr) ||
            !copy_out(&messages[i].msg_len, &copies[i].msg_len, sizeof copies[i].msg_len))
            received = i > 0 ? i : -1;
    if (received >= 0)
        errno = saved_errno;
    kernel_release(copies, size);
    return received;
}

/* Whether an element of a vector lies on another page than the one before it, or runs into one. */
static bool begins_page(const struct mmsghdr *message) {
    enum { PAGE = 4096 }; /* none is smaller */
    uintptr_t within = (uintptr_t)message % PAGE;
    return within < sizeof *message || within + sizeof *message > PAGE;
}

static inline int receive_several(recvmmsg_function *next, int fd, struct mmsghdr *messages,
                                  unsigned count, int flags, struct timespec *timeout) {
    socklen_t capacities[MESSAGES_MOST];
    if (!address_plausible(messages) || !sockets_wanted())
        return next(fd, messages, count, flags, timeout);
    unsigned read = 0;
    for (; read < count; read++) {
        bool known = read > 0 && !begins_page(&messages[read]);
        if (!known && !pointer_readable(&messages[read].msg_hdr, sizeof messages[read].msg_hdr))
            break;
        if (read < MESSAGES_MOST)
            capacities[read] =
                messages[read].msg_hdr.msg_name != NULL ? messages[read].msg_hdr.msg_namelen : 0;
    }
    /* Of a first message that ends behind the edge the kernel cannot tell the length, and stops. */
    bool all_of_first = pointer_readable(messages, ELEMENT_SIZE);
    if (have_tight_names(messages, read))
        return recvmmsg_tight(next, fd, messages, read, read < count && (read > 1 || all_of_first),
                              flags, timeout);
    int received = next(fd, messages, count, flags, timeout);
    /* sendmmsg's limit is not recvmmsg's; beyond it, names stay as they are. */
    for (int i = 0; i < received && (unsigned)i < read && i < MESSAGES_MOST; i++)
        restore_sender(messages[i].msg_hdr.msg_name, capacities[i],
                       &messages[i].msg_hdr.msg_namelen);
    return received;
}

DOOR int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                  struct timespec *timeout) {
    return receive_several(NEXT(recvmmsg), fd, messages, count, flags, timeout);
}
