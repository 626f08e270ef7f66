/*
 * Two servers of one user that start at once: each sees by stat(2) that the path is free, then both
 * bind it.
 *
 *     binders ROUNDS FOLDER
 *
 * Prints how many rounds one of them won, and how many both or none; the loser's error where it is
 * no EADDRINUSE, and both where none has won.
 */
#include "probes/probe.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_FREE = -1 };

struct shared {
    pthread_barrier_t barrier;
    int errors[2]; /* of bind: 0 for who has it */
};

static void serve(struct shared *shared, int who, int rounds, const char *folder) {
    for (int round = 0; round < rounds; round++) {
        struct sockaddr_un address;
        struct stat status;
        char path[108];
        snprintf(path, sizeof path, "%s/%d", folder, round);
        socklen_t length = address_of(&address, path);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        bool free = stat(path, &status) != 0 && errno == ENOENT;
        pthread_barrier_wait(&shared->barrier);
        int error = bind(fd, (struct sockaddr *)&address, length) == 0 ? 0 : errno;
        shared->errors[who] = free ? error : NOT_FREE;
        pthread_barrier_wait(&shared->barrier);
        pthread_barrier_wait(&shared->barrier); /* counted */
        close(fd);
    }
}

static const char *told(int error) {
    return error == NOT_FREE ? "no ENOENT" : errno_name(error);
}

int main(int argc, char *argv[]) {
    pthread_barrierattr_t attributes;
    int won = 0;
    int both = 0;
    int none = 0;
    if (argc != 3)
        return 2;
    int rounds = atoi(argv[1]);
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->barrier, &attributes, 3);
    for (int who = 0; who < 2; who++)
        if (fork() == 0) {
            serve(shared, who, rounds, argv[2]);
            return 0;
        }
    for (int round = 0; round < rounds; round++) {
        pthread_barrier_wait(&shared->barrier);
        pthread_barrier_wait(&shared->barrier);
        int winners = (shared->errors[0] == 0) + (shared->errors[1] == 0);
        int loser = shared->errors[shared->errors[0] == 0];
        if (winners == 1 && loser != EADDRINUSE)
            printf("the loser: %s\n", told(loser));
        if (winners == 0)
            printf("round %d: %s and %s\n", round, told(shared->errors[0]),
                   told(shared->errors[1]));
        won += winners == 1;
        both += winners == 2;
        none += winners == 0;
        pthread_barrier_wait(&shared->barrier);
    }
    while (wait(NULL) > 0)
        ;
    printf("one %d, both %d, none %d\n", won, both, none);
    return 0;
}
