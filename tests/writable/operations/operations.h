/*
 * What the parts of the views' fuzzer share. An operation draws all that it does from the state
 * that its number alone decides, so that one can be left out without a change to the others.
 */
#ifndef QLSHIM_TESTS_OPERATIONS_H
#define QLSHIM_TESTS_OPERATIONS_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* musl 1.2.3 has none of these. */
#ifndef STATX_BASIC_STATS
#include <linux/stat.h>
#endif
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#define RENAME_EXCHANGE (1 << 1)
#endif

struct operation {
    const char *name; /* NULL behind the last */
    void (*run)(int argument);
    int argument;
    unsigned weight;
};

/* One list a file: each is drawn as often as its weight says. */
extern const struct operation file_operations[], entry_operations[], look_operations[],
    attribute_operations[], odd_operations[];

/* --- paths.c --------------------------------------------------------------------------------- */

extern const char *root;
extern int folders[4]; /* descriptors of folders, or -1 */
extern bool quiet;

void begin_operation(uint64_t seed, uint64_t number);
unsigned pick(unsigned count);
const char *pick_name(unsigned count);

struct target {
    int folder; /* AT_FDCWD, or one of ours */
    char path[PATH_MAX];
};

void append_parts(char *path, bool up);
/* Absolute, from the current folder, or where `at`, from one of ours; and says it. */
void choose(struct target *target, bool at);

/* Where the tree lies is not to be seen. */
const char *shown(const char *path);
void say(const char *text);
void say_result(long result);

/* An operation that is one call. */
#define SIMPLE(call)                                                                               \
    do {                                                                                           \
        struct target target;                                                                      \
        choose(&target, true);                                                                     \
        say_result(call);                                                                          \
    } while (0)

/* --- looks.c --------------------------------------------------------------------------------- */

void say_status(const struct stat *status);
void say_content(int fd);

#endif
