/* A server of the load: every SERVERS-th socket. Ends with SIGTERM, or is killed. */
#include "soak/load.h"

#include "probes/probe.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t end;

static void on_sigterm(int number) {
    (void)number;
    end = 1;
}

/*
 * Some remove what lies at their path, others bind first and look whether what is there is stale,
 * as PM2 and redis do. Nobody else may listen there.
 */
static void make_room(int number, int kind, const struct sockaddr_un *address, socklen_t length) {
    if (number % 3 == 0) {
        int fd = open_socket(kind);
        if (fd >= 0 && TIMED(connect(fd, (const struct sockaddr *)address, length)) == 0)
            count(&side->wrong_peer);
        if (fd >= 0)
            close(fd);
    }
    if (TIMED(unlink(address->sun_path)) != 0 && errno != ENOENT)
        count_errno();
}

static int try_to_bind(int number, const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, path);
    int kind = kind_of(number);
    int fd = open_socket(kind);
    if (fd < 0)
        return -1;
    make_room(number, kind, &address, length);
    if (TIMED(bind(fd, (struct sockaddr *)&address, length)) == 0 &&
        (kind == SOCK_DGRAM || TIMED(listen(fd, 128)) == 0)) {
        count(&shared->bound);
        return fd;
    }
    count_errno();
    close(fd);
    return -1;
}

/* Until the load has begun a socket that cannot be bound is the end of it. */
static int bind_at_last(int number, const char *path) {
    int fd = -1;
    while (!end && (fd = try_to_bind(number, path)) < 0) {
        if (__atomic_load_n(&shared->bound, __ATOMIC_RELAXED) < SOCKETS)
            exit(1);
        pause_ms(50);
    }
    return fd;
}

static void fill_answer(struct message *message, int fd, const char *path,
                        const struct sockaddr_un *client, socklen_t length) {
    named(getsockname, fd, path);
    strcpy(message->server, path);
    path_in(client, length, message->client);
}

static void answer_stream(int server, const char *path) {
    struct message message;
    struct sockaddr_un client;
    socklen_t length = sizeof client;
    int fd = TIMED(accept4(server, (struct sockaddr *)&client, &length, SOCK_CLOEXEC));
    if (fd < 0) {
        count_errno();
        return;
    }
    const struct timeval limit = {.tv_sec = 2};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (TIMED(recv(fd, &message, sizeof message, MSG_WAITALL)) == sizeof message) {
        fill_answer(&message, fd, path, &client, length);
        if (TIMED(send(fd, &message, sizeof message, MSG_NOSIGNAL)) < 0)
            count_errno();
    }
    close(fd);
}

static void answer_datagram(int server, const char *path) {
    struct message message;
    struct sockaddr_un client;
    socklen_t length = sizeof client;
    if (TIMED(recvfrom(server, &message, sizeof message, 0, (struct sockaddr *)&client, &length)) !=
        sizeof message) {
        count_errno();
        return;
    }
    fill_answer(&message, server, path, &client, length);
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(message.client) + 1);
    /* EPROTOTYPE: the client has given up, and asks another kind of server from there by now. */
    if (TIMED(sendto(server, &message, sizeof message, MSG_DONTWAIT, (struct sockaddr *)&client,
                     length)) < 0 &&
        errno != EPROTOTYPE)
        count_errno();
}

int serve(int server) {
    struct pollfd waiting[SOCKETS / SERVERS + 1];
    char paths[SOCKETS / SERVERS + 1][PATH_SIZE];
    nfds_t held = 0;
    int before = count_descriptors();
    signal(SIGTERM, on_sigterm);
    if (shared->no_memory)
        deny_memory();
    for (int number = server; number < SOCKETS && !end; number += SERVERS) {
        server_path(paths[held], number);
        waiting[held] = (struct pollfd){.fd = bind_at_last(number, paths[held]), .events = POLLIN};
        held++;
    }
    while (!end) {
        poll(waiting, held, 200);
        for (nfds_t i = 0; i < held; i++) {
            int number = server + (int)i * SERVERS;
            if (waiting[i].revents == 0)
                continue;
            if (kind_of(number) == SOCK_STREAM)
                answer_stream(waiting[i].fd, paths[i]);
            else
                answer_datagram(waiting[i].fd, paths[i]);
        }
    }
    for (nfds_t i = 0; i < held; i++) {
        close(waiting[i].fd);
        if (TIMED(unlink(paths[i])) != 0)
            count_errno();
    }
    count_leaks(before);
    return 0;
}
