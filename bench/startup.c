/*
 * Times whole programs, from posix_spawn to the end.
 *
 *     startup ROUNDS SECONDS [NAME=value…] COMMAND [ARGUMENT…] [-- [NAME=value…] COMMAND
 * [ARGUMENT…]]…
 *
 * Each round starts every variant once, beginning with another one each time, after one round that
 * does not count. Prints a line a round, with the nanoseconds of each variant in the order in which
 * they were given. After so many seconds it begins no further round. A program that fails ends it:
 * the time of an error is not the program's.
 */
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { VARIANTS_MOST = 32, VARIABLES_MOST = 64 };

struct variant {
    char **command;
    char *environment[VARIABLES_MOST];
};

static struct variant variants[VARIANTS_MOST];
static size_t variant_count;

static void add_variant(char **words) {
    if (variant_count == VARIANTS_MOST)
        errx(2, "more than %d variants", VARIANTS_MOST);
    struct variant *variant = &variants[variant_count++];
    size_t filled = 0;
    for (char **entry = environ; *entry != NULL && filled < VARIABLES_MOST - 1; entry++)
        variant->environment[filled++] = *entry;
    for (; *words != NULL && strchr(*words, '=') != NULL && filled < VARIABLES_MOST - 1; words++)
        variant->environment[filled++] = *words;
    if (*words == NULL || filled == VARIABLES_MOST - 1)
        errx(2, "a variant without a command, or with too many variables");
    variant->command = words;
}

static void read_variants(char **words) {
    char **first = words;
    for (; *words != NULL; words++)
        if (strcmp(*words, "--") == 0) {
            *words = NULL;
            add_variant(first);
            first = words + 1;
        }
    add_variant(first);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long run(const struct variant *variant, const posix_spawn_file_actions_t *quiet) {
    pid_t child;
    int status;
    long long start = now();
    if (posix_spawnp(&child, variant->command[0], quiet, NULL, variant->command,
                     variant->environment) != 0 ||
        waitpid(child, &status, 0) != child)
        err(1, "%s", variant->command[0]);
    long long taken = now() - start;
    if (status != 0)
        errx(1, "variant %td, %s, ended with status %#x", variant - variants, variant->command[0],
             (unsigned)status);
    return taken;
}

int main(int argc, char *argv[]) {
    posix_spawn_file_actions_t quiet;
    if (argc < 4)
        errx(2, "usage: startup ROUNDS SECONDS [NAME=value...] COMMAND [ARGUMENT...] [-- ...]");
    int rounds = atoi(argv[1]);
    long long deadline = now() + atoll(argv[2]) * 1000000000LL;
    read_variants(argv + 3);
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    for (int round = -1; round < rounds && (round < 2 || now() < deadline); round++) {
        long long taken[VARIANTS_MOST];
        for (size_t i = 0; i < variant_count; i++) {
            size_t turn = (i + (size_t)(round + 1)) % variant_count;
            taken[turn] = run(&variants[turn], &quiet);
        }
        for (size_t i = 0; i < variant_count && round >= 0; i++)
            printf("%lld%c", taken[i], i + 1 < variant_count ? ' ' : '\n');
    }
    return 0;
}
