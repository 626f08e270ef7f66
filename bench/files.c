/*
 * The calls that bench/views.py times, in a tree that is there (bench/calls.c is the rest of the
 * program). The folder holds `file`, `entries` with a few more, and for first writes folders
 * "10-000", "10-001", …
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operations.h"

static const char *folder;
static char file[PATH_MAX];
static char entries[PATH_MAX];

static int checked(int result, const char *what) {
    if (result < 0)
        err(1, "%s in %s", what, folder);
    return result;
}

void operations_prepare(const char *place, long sockets) {
    (void)sockets;
    folder = place;
    snprintf(file, sizeof file, "%s/file", place);
    snprintf(entries, sizeof entries, "%s/entries", place);
}

static void time_stat(long count, unsigned thread) {
    struct stat status;
    (void)thread;
    while (count-- > 0)
        checked(stat(file, &status), "stat");
}

static void time_lstat(long count, unsigned thread) {
    struct stat status;
    (void)thread;
    while (count-- > 0)
        checked(lstat(file, &status), "lstat");
    if (!S_ISREG(status.st_mode))
        errx(1, "%s is no file", file);
}

static void time_open(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        close(checked(open(file, O_RDONLY | O_CLOEXEC), "open"));
}

static void time_readdir(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0) {
        DIR *stream = opendir(entries);
        if (stream == NULL)
            err(1, "opendir %s", entries);
        for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
            if (entry->d_name[0] != '.' && entry->d_type != DT_REG)
                errx(1, "%s/%s is no file", entries, entry->d_name);
        closedir(stream);
    }
}

/* Each call in a folder of so many entries in which nothing has been written yet. */
static void append(int size, long count, int *next) {
    char path[PATH_MAX];
    while (count-- > 0) {
        snprintf(path, sizeof path, "%s/%d-%03d/0000", folder, size, (*next)++);
        int fd = checked(open(path, O_WRONLY | O_APPEND | O_CLOEXEC), "open");
        checked((int)write(fd, "\n", 1), "write");
        close(fd);
    }
}

#define APPEND(size)                                                                               \
    static void time_append_##size(long count, unsigned thread) {                                  \
        static int next;                                                                           \
        (void)thread;                                                                              \
        append(size, count, &next);                                                                \
    }

APPEND(10)
APPEND(200)
APPEND(5000)

static const struct {
    const char *name;
    operation *loop;
} operations[] = {
    {"stat", time_stat},
    {"lstat", time_lstat},
    {"open", time_open},
    {"readdir", time_readdir},
    {"append-10", time_append_10},
    {"append-200", time_append_200},
    {"append-5000", time_append_5000},
};

operation *operation_named(const char *name) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (strcmp(operations[i].name, name) == 0)
            return operations[i].loop;
    return NULL;
}
