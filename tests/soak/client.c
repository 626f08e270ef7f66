/* The clients of one process of the load: CLIENTS threads that ask servers at random. */
#include "soak/load.h"

#include "probes/probe.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct client {
    pthread_t thread;
    struct call call;
    char path[PATH_SIZE]; /* its own */
    unsigned random;
    uint64_t number; /* of the last question */
};

static bool bind_own(const struct client *client, int fd) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, client->path);
    if (TIMED(unlink(client->path)) != 0 && errno != ENOENT)
        count_errno();
    if (TIMED(bind(fd, (struct sockaddr *)&address, length)) != 0) {
        count_errno();
        return false;
    }
    return named(getsockname, fd, client->path);
}

/*
 * While a server is restarted its path is empty, or holds a marker that is not written yet: until
 * it is restarted again, where it was killed at that moment. Kills go round in some two seconds.
 */
static void check_type(const char *path) {
    struct stat status;
    for (int attempt = 0; attempt < 120; attempt++) {
        if (TIMED(stat(path, &status)) != 0) {
            if (errno != ENOENT)
                count_errno();
            return;
        }
        if (S_ISSOCK(status.st_mode))
            return;
        pause_ms(50);
    }
    /* Of a volume whose driver has died the kernel may still tell what was there. */
    int fd = TIMED(open(path, O_RDONLY | O_CLOEXEC));
    if (fd < 0) {
        count_errno();
        return;
    }
    close(fd);
    count(&side->wrong_type);
    fprintf(stderr, "no socket: %s, mode %o, %ld bytes\n", path, status.st_mode, status.st_size);
}

/* An answer that comes too late may be taken for the next question's: it is passed over. */
static ssize_t receive(const struct client *client, int fd, const char *path,
                       struct message *answer) {
    for (;;) {
        struct sockaddr_un sender;
        socklen_t length = sizeof sender;
        char name[PATH_SIZE];
        ssize_t size = TIMED(
            recvfrom(fd, answer, sizeof *answer, MSG_WAITALL, (struct sockaddr *)&sender, &length));
        if (size != sizeof *answer || answer->number == client->number) {
            path_in(&sender, length, name);
            if (size == sizeof *answer && length > sizeof sender.sun_family &&
                strcmp(name, path) != 0) {
                count(&side->wrong_name);
                fprintf(stderr, "wrong sender: %s for %s\n", name, path);
            }
            return size;
        }
    }
}

static void check_answer(const struct client *client, const char *path, bool bound,
                         const struct message *answer) {
    if (strcmp(answer->server, path) != 0 || answer->number != client->number)
        count(&side->wrong_peer);
    if (strcmp(answer->client, bound ? client->path : "") != 0) {
        count(&side->wrong_name);
        fprintf(stderr, "wrong client: %s for %s\n", answer->client, client->path);
    }
}

static bool exchange(struct client *client, int fd, int server, bool bound) {
    struct sockaddr_un address;
    struct message message = {.number = ++client->number};
    char path[PATH_SIZE];
    server_path(path, server);
    socklen_t length = address_of(&address, path);
    if (kind_of(server) == SOCK_STREAM) {
        if (TIMED(connect(fd, (struct sockaddr *)&address, length)) != 0)
            return false;
        named(getpeername, fd, path);
        if (TIMED(send(fd, &message, sizeof message, MSG_NOSIGNAL)) < 0)
            return false;
    } else if (TIMED(sendto(fd, &message, sizeof message, 0, (struct sockaddr *)&address, length)) <
               0) {
        return false;
    }
    errno = 0;
    if (receive(client, fd, path, &message) != sizeof message)
        return false;
    check_answer(client, path, bound, &message);
    __atomic_store_n(&shared->last_answer_ms[server], now_ms(), __ATOMIC_RELAXED);
    count(&shared->answered[server]);
    return true;
}

static void ask_one(struct client *client) {
    char path[PATH_SIZE];
    int server = rand_r(&client->random) % SOCKETS;
    bool bound = kind_of(server) == SOCK_DGRAM || client->number % 4 == 0;
    int fd = open_socket(kind_of(server));
    if (fd < 0)
        return;
    if ((!bound || bind_own(client, fd)) && !exchange(client, fd, server, bound))
        count_errno();
    close(fd);
    server_path(path, server);
    check_type(path);
    if (bound && TIMED(unlink(client->path)) != 0 && errno != ENOENT)
        count_errno();
}

static int running;

static void *ask_until_the_end(void *argument) {
    struct client *client = argument;
    present_call = &client->call;
    while (!__atomic_load_n(&shared->end, __ATOMIC_ACQUIRE)) {
        ask_one(client);
        pause_ms(rand_r(&client->random) % 100);
    }
    __atomic_sub_fetch(&running, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* Memory may be short, at first. */
static void start(struct client *client, int process, int number) {
    pthread_attr_t attributes;
    snprintf(client->path, sizeof client->path, "%.80s/client-%d-%d", shared->folder, process,
             number);
    client->random = (unsigned)(getpid() * 1000 + number);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    while (pthread_create(&client->thread, &attributes, ask_until_the_end, client) != 0)
        pause_ms(1);
    pthread_attr_destroy(&attributes);
}

static void limit_descriptors(int open) {
    const struct rlimit limit = {(rlim_t)(open + shared->descriptors), DESCRIPTORS};
    if (shared->descriptors > 0 && setrlimit(RLIMIT_NOFILE, &limit) != 0)
        _exit(2);
}

static void end_hanging(const struct client clients[CLIENTS]) {
    for (int i = 0; i < CLIENTS; i++)
        if (hanging(&clients[i].call)) {
            count(&side->hung);
            fprintf(stderr, "hanging: %s\n", clients[i].call.name);
            _exit(1);
        }
}

int ask(int process) {
    static struct client clients[CLIENTS];
    int before = count_descriptors();
    limit_descriptors(before);
    running = CLIENTS;
    for (int i = 0; i < CLIENTS; i++)
        start(&clients[i], process, i);
    if (shared->no_memory)
        deny_memory();
    for (; __atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0; pause_ms(50))
        end_hanging(clients);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i].thread, NULL);
    count_leaks(before);
    return 0;
}
