/*
 * Times calls, a batch at a time, so that the processes of several variants can take turns.
 *
 *     calls FOLDER SOCKETS
 *
 * Opens SOCKETS sockets in FOLDER and says "ready". Then for each line `OPERATION COUNT THREADS` of
 * standard input (operations.c), COUNT calls are made in each of so many threads, and a line says
 * how many nanoseconds that took.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "operations.h"

enum { THREADS_MOST = 64, STACK = 256 * 1024 };

struct share {
    operation *loop;
    long count;
    unsigned thread;
};

static pthread_barrier_t start_line;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *run_share(void *argument) {
    const struct share *share = argument;
    pthread_barrier_wait(&start_line);
    share->loop(share->count, share->thread);
    return NULL;
}

static long long time_threads(operation *loop, long count, unsigned threads) {
    pthread_t ids[THREADS_MOST];
    struct share shares[THREADS_MOST];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_barrier_init(&start_line, NULL, threads + 1);
    for (unsigned thread = 0; thread < threads; thread++) {
        shares[thread] = (struct share){loop, count, thread};
        if (pthread_create(&ids[thread], &attributes, run_share, &shares[thread]) != 0)
            errx(1, "pthread_create");
    }
    long long start = now();
    pthread_barrier_wait(&start_line);
    for (unsigned thread = 0; thread < threads; thread++)
        pthread_join(ids[thread], NULL);
    long long taken = now() - start;
    pthread_barrier_destroy(&start_line);
    pthread_attr_destroy(&attributes);
    return taken;
}

/* One thread is the process's only one: a process without threads is what most are. */
static long long time_alone(operation *loop, long count) {
    long long start = now();
    loop(count, 0);
    return now() - start;
}

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char *argv[]) {
    char name[32];
    long count;
    unsigned threads;
    if (argc != 3)
        errx(2, "usage: calls FOLDER SOCKETS");
    raise_descriptor_limit();
    operations_prepare(argv[1], atol(argv[2]));
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    while (scanf("%31s %ld %u", name, &count, &threads) == 3) {
        operation *loop = operation_named(name);
        if (loop == NULL || threads > THREADS_MOST)
            errx(2, "%s %ld %u: no such operation, or too many threads", name, count, threads);
        printf("%lld\n",
               threads == 1 ? time_alone(loop, count) : time_threads(loop, count, threads));
    }
    return 0;
}
