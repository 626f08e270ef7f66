/* socket(2), bind(2), listen(2), connect(2), accept(2) and the names. */
#include "differential/differential.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A new descriptor goes to its slot, where that is one. */
static void keep(int made, int slot) {
    if (made < 0)
        return;
    if (slot >= FIRST_SOCKET && slot < FIRST_SOCKET + SOCKETS)
        syscall(SYS_dup3, made, slot, O_CLOEXEC);
    close(made);
}

static void run_socket(struct call *call) {
    int made = socket(AF_UNIX, call->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    say(" s%d type=%d", call->fd, call->type);
    say_result(made < 0 ? made : 0);
    keep(made, call->fd);
}

static void run_socketpair(struct call *call) {
    int pair[2] = {-1, -1};
    int result = socketpair(AF_UNIX, call->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
    int other = FIRST_SOCKET + (int)draw(call, SOCKETS);
    say(" s%d s%d type=%d", call->fd, other, call->type);
    say_result(result);
    keep(pair[0], call->fd);
    keep(pair[1], other);
}

static void run_close(struct call *call) {
    if (call->fd < FIRST_SOCKET)
        return;
    int result = close(call->fd);
    say(" s%d", call->fd);
    say_result(result);
}

static void run_shutdown(struct call *call) {
    int how = (int)draw(call, 4);
    int result = shutdown(call->fd, how);
    say(" s%d how=%d", call->fd, how);
    say_result(result);
}

static socklen_t any_length(struct call *call, socklen_t usual) {
    static const socklen_t lengths[] = {0,   1,   2,   3,   4,   16,   30,         64,
                                        108, 109, 110, 111, 128, 4096, 0x7fffffff, 0xffffffff};
    if (!odd(call, 5))
        return usual;
    return draw(call, 4) == 0 ? draw(call, 113) : lengths[draw(call, 16)];
}

const struct sockaddr *address_of_call(struct call *call, struct sockaddr_un *address,
                                       socklen_t *length) {
    const char *path = path_text(call->path);
    size_t size = strlen(path);
    static const sa_family_t families[] = {AF_INET, AF_UNSPEC, AF_INET6, AF_NETLINK, 0xffff};
    say(" ");
    say_path(path);
    memset(address, odd(call, 8) ? 'z' : 0, sizeof *address);
    address->sun_family = odd(call, 30) ? families[draw(call, 5)] : AF_UNIX;
    if (address->sun_family != AF_UNIX)
        say(" family=%u", address->sun_family);
    if (size > sizeof address->sun_path)
        size = sizeof address->sun_path;
    memcpy(address->sun_path, path, size);
    if (size < sizeof address->sun_path)
        address->sun_path[size] = '\0';
    socklen_t usual = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    usual += size < sizeof address->sun_path ? draw(call, 2) : 0;
    *length = any_length(call, odd(call, 4) ? sizeof *address : usual);
    say(" length=%d", (int)*length);
    return place(call, "address", address, *length <= sizeof *address ? *length : sizeof *address);
}

static void run_bind(struct call *call) {
    struct sockaddr_un room;
    socklen_t length;
    say(" s%d", call->fd);
    const struct sockaddr *address = address_of_call(call, &room, &length);
    errno = 42;
    int result = bind(call->fd, address, length);
    say_result(result);
    if (result == 0 && errno != 42)
        say(" errno changed");
}

static void run_connect(struct call *call) {
    struct sockaddr_un room;
    socklen_t length;
    say(" s%d", call->fd);
    const struct sockaddr *address = address_of_call(call, &room, &length);
    errno = 42;
    int result = connect(call->fd, address, length);
    say_result(result);
    if (result == 0 && errno != 42)
        say(" errno changed");
}

static void run_listen(struct call *call) {
    int backlog = (int)draw(call, 5);
    int result = listen(call->fd, backlog);
    say(" s%d", call->fd);
    say_result(result);
}

/* A buffer for a name, and its length, as the caller of the next functions has them. */
struct buffer {
    char bytes[256];
    socklen_t length, given;
    struct sockaddr *address;
    socklen_t *length_address;
};

static void prepare_buffer(struct call *call, struct buffer *buffer) {
    static const socklen_t odd_rooms[] = {256, 0x7fffffff, 0xffffffff, 0x80000000};
    memset(buffer->bytes, '#', sizeof buffer->bytes);
    buffer->given = !odd(call, 2)    ? sizeof(struct sockaddr_un)
                    : !odd(call, 12) ? draw(call, 130)
                                     : odd_rooms[draw(call, 4)];
    buffer->length = buffer->given;
    size_t size = buffer->given <= sizeof buffer->bytes ? buffer->given : sizeof buffer->bytes;
    say(" room=%d", (int)buffer->given);
    buffer->address = place(call, "address", buffer->bytes, size);
    buffer->length_address = place(call, "length", &buffer->length, sizeof buffer->length);
}

static void show_buffer(const struct buffer *buffer) {
    if (!readable(buffer->length_address, sizeof(socklen_t)))
        return;
    socklen_t length = *buffer->length_address;
    socklen_t room = length < buffer->given ? length : buffer->given;
    if (!readable(buffer->address, room) || room > sizeof buffer->bytes) {
        say(" length=%u", length);
        return;
    }
    struct sockaddr_un name;
    memset(&name, 0, sizeof name);
    memcpy(&name, buffer->address, room < sizeof name ? room : sizeof name);
    say_name(&name, buffer->given, length);
    if (buffer->address == (const struct sockaddr *)buffer->bytes &&
        buffer->given < sizeof buffer->bytes && buffer->bytes[buffer->given] != '#')
        say(" written behind");
}

static void run_name(struct call *call, int (*get)(int, struct sockaddr *, socklen_t *)) {
    struct buffer buffer;
    say(" s%d", call->fd);
    prepare_buffer(call, &buffer);
    int result = get(call->fd, buffer.address, buffer.length_address);
    say_result(result);
    if (result == 0)
        show_buffer(&buffer);
}

static void run_getsockname(struct call *call) {
    run_name(call, getsockname);
}

static void run_getpeername(struct call *call) {
    run_name(call, getpeername);
}

static void run_accept(struct call *call) {
    struct buffer buffer;
    bool four = draw(call, 2) == 0;
    bool named = draw(call, 4) != 0;
    int slot = FIRST_SOCKET + (int)draw(call, SOCKETS);
    say("%s s%d to s%d", four ? "4" : "", call->fd, slot);
    if (named)
        prepare_buffer(call, &buffer);
    struct sockaddr *address = named ? buffer.address : NULL;
    socklen_t *length = named ? buffer.length_address : NULL;
    int made = four ? accept4(call->fd, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK)
                    : accept(call->fd, address, length);
    say_result(made < 0 ? made : 0);
    if (made >= 0 && named)
        show_buffer(&buffer);
    if (made >= 0)
        fcntl(made, F_SETFL, O_NONBLOCK);
    keep(made, slot);
}

const struct kind socket_kinds[] = {
    {"socket", run_socket, 8},
    {"socketpair", run_socketpair, 1},
    {"close", run_close, 3},
    {"shutdown", run_shutdown, 1},
    {"bind", run_bind, 16},
    {"connect", run_connect, 14},
    {"listen", run_listen, 5},
    {"accept", run_accept, 8},
    {"getsockname", run_getsockname, 8},
    {"getpeername", run_getpeername, 6},
    {NULL, NULL, 0},
};
