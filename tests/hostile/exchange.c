/*
 * The neighbour's race: exchanges two names as fast as it can, for as long as SECONDS says.
 *
 *     exchange FIRST SECOND SECONDS
 *
 * Prints how many times it did, an even number: each name is what it was before.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char *argv[]) {
    unsigned long count = 0;
    if (argc != 4)
        return 2;
    double end = now() + atof(argv[3]);
    while (now() < end || count % 2 != 0) {
        if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) != 0) {
            perror("exchange");
            return 1;
        }
        count++;
    }
    printf("%lu\n", count);
    return 0;
}
