/*
 * Random calls on sockets and their paths, a line a call with what came of it. The driver compares
 * what it prints bare with what it prints shimmed (tests/differential/run).
 *
 *     differential masks
 *     differential [without=MASK]... [only=FILE] FOLDER FIRST COUNT
 *
 * Runs COUNT seeds from FIRST on, or from each of FIRST,FIRST…, each in a process and in a folder
 * of its own below FOLDER. FILE holds the numbers of the calls to be made, of all that a seed
 * plans. Nothing that is printed depends on where it runs but the name of FOLDER. No descriptor
 * waits: nothing hangs.
 */
#include "differential/differential.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS_A_SEED = 60 };

static sigjmp_buf after_call;
static bool left_out[MOST_CALLS];

/* A pointer that is not the kernel's to refuse any more has been followed. */
static void crashed(int number) {
    siglongjmp(after_call, number);
}

static void run_call(unsigned number, struct call *call) {
    say("%u %s", number, call->kind->name);
    int signal_number = sigsetjmp(after_call, 1);
    if (signal_number == 0)
        call->kind->run(call);
    else
        say(" = %s", signal_number == SIGSEGV ? "SIGSEGV" : "SIGBUS");
    end_line();
}

static void run_seed(uint64_t seed) {
    static struct call calls[MOST_CALLS];
    unsigned count = plan_calls(seed, calls);
    path_text(0);
    memory_prepare();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGSEGV, crashed);
    signal(SIGBUS, crashed);
    alarm(SECONDS_A_SEED);
    for (unsigned i = 0; i < count; i++)
        if (!left_out[i])
            run_call(i, &calls[i]);
}

/* By a number of six digits, since a seed comes to the same in folders whose names are as long. */
static void make_folder(char path[600], const char *folder, uint64_t seed) {
    do
        snprintf(path, 600, "%s/%06llu", folder, (unsigned long long)(seed++ % 1000000));
    while (mkdir(path, 0755) != 0 && errno == EEXIST);
}

/* Three levels, so that "../a" is the seed's own, and what leads up from there as well. */
static void enter_folder(const char *folder, uint64_t seed) {
    char path[600];
    make_folder(path, folder, seed);
    for (int level = 0; level < 3; level++) {
        if ((level > 0 && mkdir(path, 0755) != 0) || chdir(path) != 0) {
            perror(path);
            _exit(2);
        }
        strcpy(path, level == 0 ? "up" : "here");
    }
}

/* A volume is tried at the first bind. What a trial leaves, where nothing can be removed, is to lie
 * here. */
static void warm_up(const char *folder) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[600];
    snprintf(path, sizeof path, "%s/warm", folder);
    mkdir(path, 0755);
    snprintf(address.sun_path, sizeof address.sun_path, "%.90s/warm/socket", folder);
    bind(socket(AF_UNIX, SOCK_DGRAM, 0), (struct sockaddr *)&address, sizeof address);
    unlink(address.sun_path);
}

static void run_in_child(const char *folder, uint64_t seed) {
    int status;
    umask(022);
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        enter_folder(folder, seed);
        run_seed(seed);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(2);
    if (WIFSIGNALED(status))
        printf("ended by signal %d\n", WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        exit(WEXITSTATUS(status));
}

static bool leave_out_all_but(const char *path) {
    FILE *file = fopen(path, "r");
    unsigned number;
    if (file == NULL)
        return false;
    memset(left_out, true, sizeof left_out);
    while (fscanf(file, "%u", &number) == 1)
        if (number < MOST_CALLS)
            left_out[number] = false;
    fclose(file);
    return true;
}

int main(int argc, char *argv[]) {
    if (argc == 2 && strcmp(argv[1], "masks") == 0) {
        masks_print();
        return 0;
    }
    int i = 1;
    for (; i < argc - 3; i++) {
        bool known = strncmp(argv[i], "without=", 8) == 0 ? mask_set(argv[i] + 8)
                     : strncmp(argv[i], "only=", 5) == 0  ? leave_out_all_but(argv[i] + 5)
                                                          : false;
        if (!known)
            break;
    }
    if (argc != i + 3) {
        fprintf(stderr, "usage: differential [without=MASK]... [only=FILE] FOLDER FIRST COUNT\n");
        return 2;
    }
    if (fork() == 0) {
        warm_up(argv[i]);
        _exit(0);
    }
    wait(NULL);
    uint64_t count = strtoull(argv[i + 2], NULL, 10);
    for (char *next = argv[i + 1]; *next != '\0'; next += *next == ',') {
        uint64_t first = strtoull(next, &next, 10);
        for (uint64_t seed = first; seed < first + count; seed++)
            run_in_child(argv[i], seed);
    }
    return 0;
}
