/*
 * The load (load.c): what its processes share, and the checks that servers (server.c) and clients
 * (client.c) have in common.
 *
 * SOCKETS servers' sockets, every other one of datagrams, in SERVERS processes; CLIENTS threads in
 * each of CLIENT_PROCESSES. Figures and settings lie in shared memory, so that a process that is
 * killed takes none with it.
 */
#ifndef QLSHIM_TESTS_LOAD_H
#define QLSHIM_TESTS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

enum {
    SOCKETS = 50,
    SERVERS = 4,
    CLIENT_PROCESSES = 4,
    CLIENTS = 50,
    LIMIT_MS = 15000,   /* for one call; those that wait for the other side have one of 2 s */
    ERRORS = 256,       /* errno by number; 0 is the end of a stream */
    DESCRIPTORS = 4096, /* as many are counted */
    PATH_SIZE = sizeof(((struct sockaddr_un *)0)->sun_path) + 1
};

struct side {
    uint64_t errors[ERRORS];
    uint64_t wrong_peer; /* an answer from somebody else, or to somebody else's question */
    uint64_t wrong_name; /* getsockname, getpeername, accept or recvfrom */
    uint64_t wrong_type; /* what stat calls no socket, and goes on to */
    uint64_t hung;
    int64_t leaked; /* descriptors, at the end of a process */
    int64_t longest_ms;
    char longest[24]; /* the call */
};

struct shared {
    char folder[PATH_SIZE];
    int descriptors; /* RLIMIT_NOFILE of clients, above what they have open; 0: as it is */
    bool no_memory;  /* from their start on no process of the load is given pages */
    bool end;        /* clients are to end */
    uint64_t bound;  /* by servers */
    uint64_t answered[SOCKETS];
    int64_t last_answer_ms[SOCKETS];
    struct side server;
    struct side client;
};

extern struct shared *shared;
extern struct side *side; /* this process's */

int64_t now_ms(void);
void pause_ms(int64_t duration);
void count(uint64_t *figure);
void count_errno(void);
void deny_memory(void);
int count_descriptors(void);
/* To be called at the end, with what was counted at the start. */
void count_leaks(int before);

/* A question has no path. */
struct message {
    uint64_t number;
    char server[PATH_SIZE]; /* the answering server's own path, as getsockname has it */
    char client[PATH_SIZE]; /* the asking client's, as accept or recvfrom had it; "": none */
};

int kind_of(int number);
void server_path(char path[PATH_SIZE], int number);
/* A socket whose calls wait for two seconds at most; -1. */
int open_socket(int kind);
/* The name that the kernel wrote, as a string. */
void path_in(const struct sockaddr_un *address, socklen_t length, char path[PATH_SIZE]);
/* Whether getsockname or getpeername says `path`; counted where not. */
bool named(int (*query)(int, struct sockaddr *, socklen_t *), int fd, const char *path);

/*
 * TIMED(bind(fd, …)): the call's result. Its time is looked at afterwards, and meanwhile by
 * `hanging`.
 */
struct call {
    const char *name;
    int64_t began_ms; /* 0: none at the moment */
};
extern _Thread_local struct call *present_call;
void call_begins(const char *name);
void call_ends(void);
#define TIMED(call)                                                                                \
    (__extension__({                                                                               \
        call_begins(#call);                                                                        \
        __typeof__(call) result_ = (call);                                                         \
        call_ends();                                                                               \
        result_;                                                                                   \
    }))
bool hanging(const struct call *call);

int serve(int server);
int ask(int process);

#endif
