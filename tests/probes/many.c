/*
 * Many redirected sockets in one process.
 *
 *     many sockets FOLDER COUNT      binds and listens on COUNT sockets, all open at once, then
 *                                    connects to each and asks for both names
 *     many threads FOLDER COUNT      the same from eight threads at once, COUNT each, closing and
 *                                    unlinking as they go
 *     many children FOLDER COUNT     COUNT children of a threaded process bind, serve their parent
 *                                    and end
 *
 * Prints how many went wrong; exits 1 where any did.
 */
#include "probes/probe.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8 };

static const char *folder;
static int wrong;

static void check(bool right) {
    if (!right)
        __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
}

static socklen_t numbered(struct sockaddr_un *address, int thread, int number) {
    char path[200];
    snprintf(path, sizeof path, "%s/%d-%d", folder, thread, number);
    return address_of(address, path);
}

static int serve(int thread, int number) {
    struct sockaddr_un address;
    socklen_t length = numbered(&address, thread, number);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    check(bind(fd, (struct sockaddr *)&address, length) == 0 && listen(fd, 5) == 0);
    return fd;
}

static void ask(int thread, int number) {
    struct sockaddr_un address;
    struct sockaddr_un name = {0};
    socklen_t length = numbered(&address, thread, number);
    socklen_t name_length = sizeof name;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    check(connect(fd, (struct sockaddr *)&address, length) == 0);
    check(getpeername(fd, (struct sockaddr *)&name, &name_length) == 0);
    check(strcmp(name.sun_path, address.sun_path) == 0);
    close(fd);
}

static void *serve_in_turn(void *argument) {
    int thread = (int)(intptr_t)argument / 100000;
    int count = (int)(intptr_t)argument % 100000;
    for (int number = 0; number < count; number++) {
        struct sockaddr_un address;
        int fd = serve(thread, number);
        ask(thread, number);
        numbered(&address, thread, number);
        close(fd);
        check(unlink(address.sun_path) == 0);
    }
    return NULL;
}

static void many_sockets(int count) {
    int *servers = calloc((size_t)count, sizeof *servers);
    for (int number = 0; number < count; number++)
        servers[number] = serve(0, number);
    for (int number = 0; number < count; number++) {
        struct sockaddr_un address;
        struct sockaddr_un name = {0};
        socklen_t length = sizeof name;
        ask(0, number);
        numbered(&address, 0, number);
        check(getsockname(servers[number], (struct sockaddr *)&name, &length) == 0);
        check(strcmp(name.sun_path, address.sun_path) == 0);
    }
    free(servers);
}

static void start_threads(pthread_t threads[THREADS], int count) {
    for (int thread = 0; thread < THREADS; thread++)
        check(pthread_create(&threads[thread], NULL, serve_in_turn,
                             (void *)(intptr_t)(thread * 100000 + count)) == 0);
}

static void join_threads(const pthread_t threads[THREADS]) {
    for (int thread = 0; thread < THREADS; thread++)
        pthread_join(threads[thread], NULL);
}

/* The threads hold the tables' lock now and then, so that some children inherit it taken. */
static void many_children(int count) {
    pthread_t threads[THREADS];
    start_threads(threads, count * 4);
    for (int number = 0; number < count; number++) {
        pid_t child = fork();
        if (child == 0) {
            wrong = 0;
            int fd = serve(THREADS + 1, number);
            ask(THREADS + 1, number);
            close(fd);
            _exit(wrong != 0);
        }
        int status = 1;
        check(waitpid(child, &status, 0) == child && status == 0);
    }
    join_threads(threads);
}

int main(int argc, char *argv[]) {
    pthread_t threads[THREADS];
    if (argc != 4)
        return 2;
    folder = argv[2];
    int count = atoi(argv[3]);
    if (strcmp(argv[1], "sockets") == 0) {
        many_sockets(count);
    } else if (strcmp(argv[1], "threads") == 0) {
        start_threads(threads, count);
        join_threads(threads);
    } else {
        many_children(count);
    }
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
