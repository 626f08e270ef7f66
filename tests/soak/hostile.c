/*
 * The doors at bad moments.
 *
 *     hostile signals FOLDER SECONDS
 *     hostile vfork FOLDER SECONDS
 *
 * signals: a timer's signals, a thousand a second, whose handler binds, connects and looks while
 * the main program does the same. vfork: children of vfork try to exec, and exec, with a large
 * environment, while threads bind and look.
 *
 * Prints how often each was done, and what went wrong; exits 1 where anything did.
 */
#include "probes/probe.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, VARIABLES = 2000 };

static const char *folder;
static uint64_t wrong;
static uint64_t done[2]; /* by the handler or a child; by the main program or a thread */

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Async-signal-safe, as its callers must be. A line is one call: the threads' lines would mix. */
static void check(bool right, const char *step) {
    if (right)
        return;
    const char *name = errno_name(errno);
    if (__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED) < 10) {
        const struct iovec line[] = {
            {(void *)step, strlen(step)}, {": ", 2}, {(void *)name, strlen(name)}, {"\n", 1}};
        writev(2, line, sizeof line / sizeof *line);
    }
}

/* One round of what a server and its client do. errno is to be as it was. */
static void use_doors(const char *path) {
    struct sockaddr_un address;
    struct sockaddr_un name;
    struct stat status;
    socklen_t length = address_of(&address, path);
    socklen_t name_length = sizeof name;
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    errno = ENOTTY;
    check(bind(server, (struct sockaddr *)&address, length) == 0, "bind");
    check(listen(server, 5) == 0, "listen");
    check(connect(client, (struct sockaddr *)&address, length) == 0, "connect");
    check(getpeername(client, (struct sockaddr *)&name, &name_length) == 0 &&
              strcmp(name.sun_path, path) == 0,
          "getpeername");
    check(stat(path, &status) == 0 && S_ISSOCK(status.st_mode), "stat");
    check(access(path, R_OK) == 0, "access");
    check(errno == ENOTTY, "errno");
    check(unlink(path) == 0, "unlink");
    close(client);
    close(server);
}

/* --- signals --------------------------------------------------------------------------------- */

static char handlers_path[sizeof(struct sockaddr_un)];

static void on_timer(int number) {
    (void)number;
    int saved_errno = errno;
    use_doors(handlers_path);
    done[0]++;
    errno = saved_errno;
}

static void signals(double end) {
    const struct itimerspec every_millisecond = {{0, 1000000}, {0, 1000000}};
    struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    char path[sizeof(struct sockaddr_un)];
    timer_t timer;
    snprintf(handlers_path, sizeof handlers_path, "%s/handler", folder);
    snprintf(path, sizeof path, "%s/main", folder);
    /* From then on nothing is looked up: the look-up is not for handlers. */
    use_doors(handlers_path);
    sigaction(SIGALRM, &action, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        exit(2);
    timer_settime(timer, 0, &every_millisecond, NULL);
    for (; now() < end; done[1]++)
        use_doors(path);
    timer_delete(timer);
}

/* --- vfork ----------------------------------------------------------------------------------- */

static bool end_threads;

static void *use_doors_until_the_end(void *number) {
    char path[sizeof(struct sockaddr_un)];
    snprintf(path, sizeof path, "%s/thread-%ld", folder, (long)(intptr_t)number);
    while (!__atomic_load_n(&end_threads, __ATOMIC_ACQUIRE)) {
        use_doors(path);
        __atomic_add_fetch(&done[1], 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* Its pages are many more than a frame has room for, and it lacks the shim. */
static char **large_environment(void) {
    char **environment = calloc(VARIABLES + 1, sizeof *environment);
    for (int i = 0; i < VARIABLES; i++)
        if (asprintf(&environment[i], "VARIABLE_%d=%040d", i, i) < 0)
            exit(2);
    return environment;
}

static void exec_in_child(const char *program, char *const environment[], int expected) {
    char *const argv[] = {(char *)program, NULL};
    int status = -1;
    pid_t child = vfork();
    if (child == 0) {
        execve(program, argv, environment);
        _exit(errno == ENOENT ? 42 : 43);
    }
    waitpid(child, &status, 0);
    check(status == expected << 8, "child");
    done[0]++;
}

static void vforks(double end) {
    pthread_t threads[THREADS];
    char **environment = large_environment();
    for (intptr_t i = 0; i < THREADS; i++)
        check(pthread_create(&threads[i], NULL, use_doors_until_the_end, (void *)i) == 0, "thread");
    while (now() < end) {
        exec_in_child("/bin/true", environment, 0);
        exec_in_child("/nowhere", environment, 42);
    }
    __atomic_store_n(&end_threads, true, __ATOMIC_RELEASE);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char *argv[]) {
    if (argc != 4)
        return 2;
    folder = argv[2];
    double end = now() + atof(argv[3]);
    if (strcmp(argv[1], "signals") == 0)
        signals(end);
    else
        vforks(end);
    printf("%lu and %lu rounds, %lu wrong\n", done[0], done[1], wrong);
    return wrong != 0 || done[0] == 0 || done[1] == 0;
}
