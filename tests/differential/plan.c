/* From a seed to a list of calls. */
#include "differential/differential.h"

#include <string.h>

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t next(uint64_t *state) {
    uint64_t word = *state += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
}

unsigned draw(struct call *call, unsigned below) {
    return (unsigned)(next(&call->state) % below);
}

bool odd(struct call *call, unsigned times) {
    return draw(call, times) == 0 && !call->plain;
}

static const struct kind *const tables[] = {socket_kinds, message_kinds, look_kinds, change_kinds,
                                            link_kinds};
enum { TABLES = sizeof tables / sizeof tables[0] };

static unsigned total_weight(void) {
    static unsigned total;
    for (unsigned i = 0; i < TABLES && (i > 0 || total == 0); i++)
        for (const struct kind *kind = tables[i]; kind->name != NULL; kind++)
            total += kind->weight;
    return total;
}

static const struct kind *kind_at(unsigned weight) {
    for (unsigned i = 0; i < TABLES; i++)
        for (const struct kind *kind = tables[i]; kind->name != NULL; kind++) {
            if (weight < kind->weight)
                return kind;
            weight -= kind->weight;
        }
    return tables[0];
}

static const struct kind *kind_named(const char *name) {
    for (unsigned i = 0; i < TABLES; i++)
        for (const struct kind *kind = tables[i]; kind->name != NULL; kind++)
            if (strcmp(kind->name, name) == 0)
                return kind;
    __builtin_trap();
}

/* What was bound last: half of all calls are to meet a socket. */
enum { RECENT = 3 };
static unsigned recent[RECENT];

static unsigned any_path(uint64_t *random) {
    unsigned which = (unsigned)(next(random) % 8);
    return which < 4   ? recent[next(random) % RECENT]
           : which < 6 ? path_usual(next(random))
                       : path_odd(next(random));
}

static unsigned path_to_bind(uint64_t *random) {
    unsigned path = next(random) % 5 != 0 ? path_usual(next(random)) : path_odd(next(random));
    return recent[next(random) % RECENT] = path;
}

static int any_socket(uint64_t *random) {
    static const int none[] = {-1, 9999, 0, FIRST_DIRECTORY};
    return next(random) % 40 != 0 ? FIRST_SOCKET + (int)(next(random) % SOCKETS)
                                  : none[next(random) % 4];
}

static int any_type(uint64_t *random) {
    static const int types[] = {SOCK_STREAM, SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_SEQPACKET};
    return types[next(random) % 5];
}

static void add(struct call *calls, unsigned *count, struct call call, const char *name,
                uint64_t *random) {
    call.kind = kind_named(name);
    call.state = next(random);
    if (*count < MOST_CALLS)
        calls[(*count)++] = call;
}

static void add_odd(struct call *calls, unsigned *count, struct call call, const char *name,
                    uint64_t *random) {
    call.plain = false;
    add(calls, count, call, name, random);
}

/* Something is sent, and taken in one of the ways. */
static void add_exchange(struct call *calls, unsigned *count, struct call from, struct call to,
                         uint64_t *random) {
    static const char *const sends[] = {"sendto", "sendto", "sendmsg", "sendmmsg"};
    static const char *const receives[] = {"recvfrom", "recvmsg", "recvmmsg"};
    from.path = to.path;
    for (unsigned i = 0; i <= next(random) % 3; i++)
        add(calls, count, from, sends[next(random) % 4], random);
    add_odd(calls, count, to, receives[next(random) % 3], random);
}

/*
 * What calls at random hardly ever come to: a socket that is bound and listens, and a client on it,
 * which mostly has a path of its own. Everything else then happens to these.
 */
static void add_scene(struct call *calls, unsigned *count, uint64_t *random) {
    unsigned own = (unsigned)(next(random) % SOCKETS);
    struct call server = {.fd = FIRST_SOCKET + (int)own,
                          .path = path_to_bind(random),
                          .type = any_type(random),
                          .plain = true};
    struct call client = server;
    client.fd = FIRST_SOCKET + (int)((own + 1 + next(random) % (SOCKETS - 1)) % SOCKETS);
    add(calls, count, server, "socket", random);
    add(calls, count, server, "bind", random);
    if (server.type != SOCK_DGRAM)
        add(calls, count, server, "listen", random);
    if (next(random) % 3 == 0)
        return;
    struct call bound_client = client;
    bound_client.path = path_to_bind(random);
    add(calls, count, client, "socket", random);
    if (next(random) % 3 != 0)
        add(calls, count, bound_client, "bind", random);
    if (server.type == SOCK_DGRAM) {
        add_exchange(calls, count, client, server, random);
        return;
    }
    add(calls, count, client, "connect", random);
    add_odd(calls, count, server, "accept", random);
    add_odd(calls, count, client, "getpeername", random);
}

/* Folders, one held open, and sockets, so that few calls find nothing. */
static void add_beginning(struct call *calls, unsigned *count, uint64_t *random) {
    struct call call = {.plain = true};
    add(calls, count, call, "mkdir d", random);
    add(calls, count, call, "open folder", random);
    for (int i = 0; i < SOCKETS; i++) {
        call.fd = FIRST_SOCKET + i;
        call.type = any_type(random);
        add(calls, count, call, "socket", random);
    }
    for (unsigned i = 0; i < RECENT; i++)
        path_to_bind(random);
}

unsigned plan_calls(uint64_t seed, struct call *calls) {
    uint64_t random = seed;
    unsigned count = 0;
    unsigned wanted = 30 + (unsigned)(next(&random) % 100);
    add_beginning(calls, &count, &random);
    while (count < wanted) {
        if (next(&random) % 10 == 0) {
            add_scene(calls, &count, &random);
            continue;
        }
        struct call call = {.kind = kind_at((unsigned)(next(&random) % total_weight())),
                            .fd = any_socket(&random),
                            .path = any_path(&random),
                            .other = any_path(&random),
                            .type = any_type(&random)};
        call.state = next(&random);
        calls[count++] = call;
    }
    return count;
}
