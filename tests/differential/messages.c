/* send(2), recv(2) and their kin. */
#include "differential/differential.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

/* More than UIO_MAXIOV, which the kernel cuts to, and where a table of them would end. */
enum { MOST_MESSAGES = 1030, FEW_MESSAGES = 4 };

static char text[] = "what is sent";

/* musl copies and clears what it is given before the kernel sees it. */
#ifdef __GLIBC__
#define PLACED(call, name, bytes, size) place(call, name, bytes, size)
#else
#define PLACED(call, name, bytes, size) (bytes)
#endif

static int any_flags(struct call *call) {
    static const int flags[] = {MSG_NOSIGNAL, MSG_DONTWAIT, MSG_PEEK,  MSG_TRUNC,
                                MSG_WAITALL,  MSG_OOB,      0x40000000};
    int some = odd(call, 4) ? flags[draw(call, 7)] : 0;
    say_flags(some);
    return some;
}

static size_t any_size(struct call *call) {
    return odd(call, 8) ? 0 : 1 + draw(call, sizeof text - 1);
}

static void run_send(struct call *call) {
    size_t size = any_size(call);
    say(" s%d", call->fd);
    int flags = any_flags(call);
    ssize_t result = send(call->fd, text, size, flags | MSG_DONTWAIT);
    say_result(result);
}

static void run_sendto(struct call *call) {
    struct sockaddr_un room;
    socklen_t length = 0;
    size_t size = any_size(call);
    say(" s%d", call->fd);
    int flags = any_flags(call);
    const struct sockaddr *address = odd(call, 10) ? NULL : address_of_call(call, &room, &length);
    const void *bytes = place(call, "text", text, size);
    ssize_t result = sendto(call->fd, bytes, size, flags | MSG_DONTWAIT, address, length);
    say_result(result);
}

static struct iovec piece = {text, 4};

static void fill_message(struct call *call, struct msghdr *message, struct sockaddr_un *room) {
    socklen_t length = 0;
    memset(message, 0, sizeof *message);
    message->msg_iov = PLACED(call, "vector", &piece, sizeof piece);
    message->msg_iovlen = odd(call, 30) ? 2000 : 1;
    if (message->msg_iovlen == 1 && odd(call, 10))
        message->msg_iovlen = 0;
    if (draw(call, 5) != 0) {
        message->msg_name = (void *)(uintptr_t)address_of_call(call, room, &length);
        message->msg_namelen = length;
    }
}

static void run_sendmsg(struct call *call) {
    struct sockaddr_un room;
    struct msghdr message;
    say(" s%d", call->fd);
    int flags = any_flags(call);
    fill_message(call, &message, &room);
    if (message.msg_iovlen > 1)
        message.msg_iovlen = 1025;
    const struct msghdr *placed = PLACED(call, "message", &message, sizeof message);
    ssize_t result = sendmsg(call->fd, placed, flags | MSG_DONTWAIT);
    say_result(result);
}

static unsigned any_count(struct call *call) {
    static const unsigned counts[] = {0, 1023, 1024, 1025, MOST_MESSAGES};
    return odd(call, 20) ? counts[draw(call, 5)] : 1 + draw(call, FEW_MESSAGES);
}

static struct mmsghdr messages[MOST_MESSAGES];
static struct sockaddr_un names[FEW_MESSAGES];

static void run_sendmmsg(struct call *call) {
    unsigned count = any_count(call);
    unsigned many = count < FEW_MESSAGES ? count : FEW_MESSAGES;
    say(" s%d count=%u", call->fd, count);
    int flags = any_flags(call);
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < many; i++) {
        fill_message(call, &messages[i].msg_hdr, &names[i]);
        if (draw(call, 3) == 0)
            call->path = path_usual(draw(call, 1000));
    }
    if (count > FEW_MESSAGES)
        memset(&messages[many].msg_hdr, 0, sizeof messages[many].msg_hdr);
    /* A vector of which some lies behind the edge: the kernel sends what it can read. */
    struct mmsghdr *vector = PLACED(call, "messages", messages, many * sizeof messages[0]);
    if (vector != messages && count > FEW_MESSAGES)
        count = FEW_MESSAGES;
    int result = sendmmsg(call->fd, vector, count, flags | MSG_DONTWAIT);
    say_result(result);
    for (int i = 0; i < result && i < (int)many; i++)
        say(" %u", vector[i].msg_len);
}

static char received[64];

static void show_received(ssize_t size) {
    say_result(size);
    if (size > 0)
        say(" \"%.*s\"", (int)(size < 16 ? size : 16), received);
}

static void run_recv(struct call *call) {
    say(" s%d", call->fd);
    int flags = any_flags(call);
    memset(received, 0, sizeof received);
    show_received(recv(call->fd, received, any_size(call), flags | MSG_DONTWAIT));
}

static socklen_t any_room(struct call *call) {
    static const socklen_t odd_rooms[] = {110, 128, 256, 0x7fffffff, 0xffffffff};
    return !odd(call, 2)  ? sizeof(struct sockaddr_un)
           : odd(call, 8) ? odd_rooms[draw(call, 5)]
                          : draw(call, 115);
}

static char name_bytes[FEW_MESSAGES][256];

static void show_name(const void *bytes, socklen_t room, socklen_t length) {
    socklen_t there = length < room ? length : room;
    if (bytes == NULL || there > sizeof name_bytes[0] || !readable(bytes, there)) {
        say(" length=%u", length);
        return;
    }
    struct sockaddr_un name = {0};
    memcpy(&name, bytes, there < sizeof name ? there : sizeof name);
    say_name(&name, room, length);
    if (bytes == name_bytes[0] && room < sizeof name_bytes[0] && name_bytes[0][room] != '#')
        say(" written behind");
}

static void run_recvfrom(struct call *call) {
    socklen_t room = any_room(call);
    socklen_t length = room;
    size_t size = any_size(call);
    say(" s%d", call->fd);
    int flags = any_flags(call);
    say(" room=%d", (int)room);
    memset(name_bytes, '#', sizeof name_bytes);
    memset(received, 0, sizeof received);
    void *name = place(call, "address", name_bytes[0], room < 256 ? room : 256);
    socklen_t *length_address = place(call, "length", &length, sizeof length);
    ssize_t result = recvfrom(call->fd, received, size, flags | MSG_DONTWAIT, name, length_address);
    show_received(result);
    if (result >= 0 && name != NULL && readable(length_address, sizeof length))
        show_name(name, room, *length_address);
}

static struct iovec into_received = {received, sizeof received};

static socklen_t prepare_receive(struct call *call, struct msghdr *message, unsigned number,
                                 bool vectored) {
    memset(message, 0, sizeof *message);
    message->msg_iov = PLACED(call, "vector", &into_received, sizeof into_received);
    message->msg_iovlen = 1;
    message->msg_namelen = any_room(call);
    say(" room=%d", (int)message->msg_namelen);
    message->msg_name = place(call, "address", name_bytes[number],
                              message->msg_namelen < 256 ? message->msg_namelen : 256);
    if (masked(NO_NAMES_OVER_EDGES) && vectored && readable(message->msg_name, 1) &&
        !readable(message->msg_name, message->msg_namelen < 256 ? message->msg_namelen : 256)) {
        say(" (whole)");
        message->msg_name = name_bytes[number];
    }
    return message->msg_namelen;
}

static void run_recvmsg(struct call *call) {
    struct msghdr message;
    say(" s%d", call->fd);
    int flags = any_flags(call);
    memset(name_bytes, '#', sizeof name_bytes);
    memset(received, 0, sizeof received);
    socklen_t room = prepare_receive(call, &message, 0, false);
    struct msghdr *placed = PLACED(call, "message", &message, sizeof message);
    ssize_t result = recvmsg(call->fd, placed, flags | MSG_DONTWAIT);
    show_received(result);
    if (result >= 0 && readable(placed, sizeof *placed)) {
        show_name(placed->msg_name, room, placed->msg_namelen);
        say_flags(placed->msg_flags & ~MSG_CMSG_CLOEXEC);
    }
}

static void run_recvmmsg(struct call *call) {
    socklen_t rooms[FEW_MESSAGES] = {0};
    unsigned count = any_count(call);
    unsigned many = count < FEW_MESSAGES ? count : FEW_MESSAGES;
    say(" s%d count=%u", call->fd, count);
    int flags = any_flags(call);
    memset(name_bytes, '#', sizeof name_bytes);
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < many; i++)
        rooms[i] = prepare_receive(call, &messages[i].msg_hdr, i, count > 1);
    struct mmsghdr *vector = PLACED(call, "messages", messages, many * sizeof messages[0]);
    if (vector != messages && count > FEW_MESSAGES)
        count = FEW_MESSAGES;
    int result = recvmmsg(call->fd, vector, count, flags | MSG_DONTWAIT, NULL);
    say_result(result);
    for (int i = 0; i < result && i < (int)many; i++) {
        say(" %u", vector[i].msg_len);
        show_name(vector[i].msg_hdr.msg_name, rooms[i], vector[i].msg_hdr.msg_namelen);
    }
}

const struct kind message_kinds[] = {
    {"send", run_send, 3},         {"sendto", run_sendto, 8},     {"sendmsg", run_sendmsg, 6},
    {"sendmmsg", run_sendmmsg, 6}, {"recv", run_recv, 3},         {"recvfrom", run_recvfrom, 5},
    {"recvmsg", run_recvmsg, 5},   {"recvmmsg", run_recvmmsg, 5}, {NULL, NULL, 0},
};
