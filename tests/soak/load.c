/*
 * Servers that are killed and restarted at random, and clients that check who answers them.
 *
 *     load [descriptors=N] [no-memory] FOLDER SECONDS PROGRAM…
 *
 * The servers' sockets and the clients' own are bound in FOLDER. The processes run the PROGRAMs in
 * turn: this one, as built for glibc and for musl. Prints figures, one a line; exits 1 where a
 * process crashed or hung, a descriptor leaked, or somebody was told something wrong; 3 where the
 * servers cannot bind at all. Which errors are right depends on what is done to the volume
 * meanwhile: that is for the caller to judge.
 */
#include "soak/load.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/errno_name.h"

static struct {
    char *const *programs;
    int program_count;
    int memory;
    unsigned started;
    uint64_t killed;
    uint64_t crashed;
    pid_t servers[SERVERS];
    pid_t clients[CLIENT_PROCESSES];
} load;

static pid_t start(const char *part, int number) {
    char memory[16];
    char which[16];
    const char *program = load.programs[load.started++ % (unsigned)load.program_count];
    snprintf(memory, sizeof memory, "%d", load.memory);
    snprintf(which, sizeof which, "%d", number);
    pid_t child = fork();
    if (child != 0)
        return child;
    execl(program, program, part, which, memory, NULL);
    perror(program);
    _exit(127);
}

static void count_crash(int status) {
    if (status == 0)
        return;
    load.crashed++;
    fprintf(stderr, "crashed with signal %d or status %d\n", WTERMSIG(status), WEXITSTATUS(status));
}

/* Waits for a process that is to end by itself. */
static void end_one(pid_t child, int64_t limit_ms, struct side *its_side) {
    int status = 0;
    for (int64_t end = now_ms() + limit_ms; waitpid(child, &status, WNOHANG) == 0; pause_ms(20))
        if (now_ms() > end) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            its_side->hung++;
            return;
        }
    count_crash(status);
}

static void start_servers(void) {
    for (int i = 0; i < SERVERS; i++)
        load.servers[i] = start("server", i);
    for (int64_t end = now_ms() + LIMIT_MS; shared->bound < SOCKETS; pause_ms(20)) {
        int status = 0;
        if (waitpid(-1, &status, WNOHANG) <= 0 && now_ms() < end)
            continue;
        for (int number = 0; number < ERRORS; number++)
            if (shared->server.errors[number] > 0)
                printf("no servers: %s\n", errno_name(number));
        for (int i = 0; i < SERVERS; i++)
            kill(load.servers[i], SIGKILL);
        exit(3);
    }
}

static void kill_one(int server) {
    int status = 0;
    kill(load.servers[server], SIGKILL);
    waitpid(load.servers[server], &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        load.killed++;
    else
        count_crash(status);
    load.servers[server] = start("server", server);
}

/* Each server once a round, in another order every time. */
static void kill_at_random(int64_t end) {
    int order[SERVERS];
    for (int turn = 0; now_ms() < end; turn++) {
        int at = turn % SERVERS;
        if (at == 0)
            for (int i = 0; i < SERVERS; i++) {
                int other = rand() % (i + 1);
                order[i] = order[other];
                order[other] = i;
            }
        kill_one(order[at]);
        pause_ms(100 + rand() % 500);
    }
}

static void end_all(void) {
    __atomic_store_n(&shared->end, true, __ATOMIC_RELEASE);
    for (int i = 0; i < CLIENT_PROCESSES; i++)
        end_one(load.clients[i], 2 * LIMIT_MS, &shared->client);
    for (int i = 0; i < SERVERS; i++)
        kill(load.servers[i], SIGTERM);
    for (int i = 0; i < SERVERS; i++)
        end_one(load.servers[i], LIMIT_MS, &shared->server);
}

static void print_side(const char *name, const struct side *side) {
    printf("%s errors:", name);
    for (int number = 0; number < ERRORS; number++)
        if (side->errors[number] > 0)
            printf(" %s %lu", number == 0 ? "end" : errno_name(number), side->errors[number]);
    printf("\n%s longest call: %ld ms, %s\n", name, side->longest_ms, side->longest);
}

/* How many sockets have answered since. */
static int answered_since(int64_t since_ms) {
    int sockets = 0;
    for (int i = 0; i < SOCKETS; i++)
        sockets += shared->last_answer_ms[i] >= since_ms;
    return sockets;
}

/* Nobody is killed any more: all are to answer, however busy the machine is. */
static void await_answers(int64_t since_ms) {
    for (int64_t end = now_ms() + 2 * LIMIT_MS;
         answered_since(since_ms) < SOCKETS && now_ms() < end;)
        pause_ms(20);
}

static int report(int64_t since_ms) {
    uint64_t answered = 0;
    for (int i = 0; i < SOCKETS; i++)
        answered += shared->answered[i];
    const struct side *s = &shared->server;
    const struct side *c = &shared->client;
    printf("answered: %lu, by %lu binds of servers\n", answered, shared->bound);
    printf("answered at the end: %d of %d sockets\n", answered_since(since_ms), SOCKETS);
    printf("servers killed: %lu\n", load.killed);
    print_side("server", s);
    print_side("client", c);
    printf("wrong peers: %lu, names: %lu, types: %lu\n", s->wrong_peer + c->wrong_peer,
           s->wrong_name + c->wrong_name, s->wrong_type + c->wrong_type);
    printf("crashed: %lu, hung: %lu, leaked descriptors: %ld\n", load.crashed, s->hung + c->hung,
           s->leaked + c->leaked);
    return s->wrong_peer + c->wrong_peer + s->wrong_name + c->wrong_name + s->wrong_type +
                   c->wrong_type + load.crashed + s->hung + c->hung >
               0 ||
           s->leaked + c->leaked != 0;
}

/* Memory may be short, at random (starve.c). */
static void map_shared(int memory) {
    void *mapped = MAP_FAILED;
    for (int attempt = 0; attempt < 100 && mapped == MAP_FAILED; attempt++)
        mapped = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (mapped == MAP_FAILED)
        exit(2);
    shared = mapped;
}

static int run(int argc, char *argv[]) {
    load.memory = memfd_create("figures", 0);
    if (ftruncate(load.memory, sizeof *shared) != 0)
        return 2;
    map_shared(load.memory);
    int at = 1;
    for (; at < argc; at++) {
        if (strncmp(argv[at], "descriptors=", 12) == 0)
            shared->descriptors = atoi(argv[at] + 12);
        else if (strcmp(argv[at], "no-memory") == 0)
            shared->no_memory = true;
        else
            break;
    }
    if (argc - at < 3)
        return 2;
    snprintf(shared->folder, sizeof shared->folder, "%s", argv[at]);
    int64_t duration = atoi(argv[at + 1]) * 1000L;
    load.programs = argv + at + 2;
    load.program_count = argc - at - 2;
    srand((unsigned)getpid());
    start_servers();
    for (int i = 0; i < CLIENT_PROCESSES; i++)
        load.clients[i] = start("clients", i);
    int64_t end = now_ms() + duration;
    kill_at_random(end);
    await_answers(end);
    end_all();
    return report(end);
}

/* As `load server|clients NUMBER MEMORY`, one of the processes. */
static int take_part(char *argv[]) {
    int memory = atoi(argv[3]);
    bool server = strcmp(argv[1], "server") == 0;
    map_shared(memory);
    side = server ? &shared->server : &shared->client;
    return server ? serve(atoi(argv[2])) : ask(atoi(argv[2]));
}

int main(int argc, char *argv[]) {
    signal(SIGPIPE, SIG_IGN);
    if (argc == 4 && (strcmp(argv[1], "server") == 0 || strcmp(argv[1], "clients") == 0))
        return take_part(argv);
    return run(argc, argv);
}
