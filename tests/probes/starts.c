/*
 * Starts a program in one of the ways that libc has.
 *
 *     starts WAY PROGRAM [ARGUMENT]    with an empty environment where the way takes one, after
 *                                      clearenv(3) where it does not
 *     starts ways                      the names of the ways
 *     starts child                     says of itself: is the shim loaded, the effective uid, the
 *                                      number of variables, a sum over them, and LD_PRELOAD
 *     starts unchanged PROGRAM         starts it from a vfork child and says whether the parent's
 *                                      memory is as it was
 *     starts large COUNT SIZE PROGRAM  with COUNT variables, together of SIZE bytes, some without
 * "=" and some twice
 */
#include "probes/probe.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *const nothing[] = {NULL};
static char *program;
static char *argument;

static int by_execve(void) {
    char *const argv[] = {program, argument, NULL};
    return execve(program, argv, nothing);
}

static int by_execv(void) {
    char *const argv[] = {program, argument, NULL};
    clearenv();
    return execv(program, argv);
}

static int by_execvp(void) {
    char *const argv[] = {program, argument, NULL};
    clearenv();
    return execvp(program, argv);
}

static int by_execvpe(void) {
    char *const argv[] = {program, argument, NULL};
    return execvpe(program, argv, nothing);
}

static int by_execl(void) {
    clearenv();
    return execl(program, program, argument, (char *)NULL);
}

static int by_execlp(void) {
    clearenv();
    return execlp(program, program, argument, (char *)NULL);
}

static int by_execle(void) {
    return execle(program, program, argument, (char *)NULL, nothing);
}

static int by_fexecve(void) {
    char *const argv[] = {program, argument, NULL};
    return fexecve(open(program, O_RDONLY | O_CLOEXEC), argv, nothing);
}

static int by_execveat(void) {
    char *const argv[] = {program, argument, NULL};
#ifdef __GLIBC__
    return execveat(AT_FDCWD, program, argv, nothing, 0);
#else
    return (int)syscall(SYS_execveat, AT_FDCWD, program, argv, nothing, 0);
#endif
}

static int by_syscall(void) {
    char *const argv[] = {program, argument, NULL};
    return (int)syscall(SYS_execve, program, argv, nothing);
}

static int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    exit(WEXITSTATUS(status));
}

static int by_posix_spawn(void) {
    char *const argv[] = {program, argument, NULL};
    pid_t child = 0;
    errno = posix_spawn(&child, program, NULL, NULL, argv, nothing);
    return errno != 0 ? -1 : wait_for(child);
}

static int by_posix_spawnp(void) {
    char *const argv[] = {program, argument, NULL};
    pid_t child = 0;
    errno = posix_spawnp(&child, program, NULL, NULL, argv, nothing);
    return errno != 0 ? -1 : wait_for(child);
}

static int by_vfork(void) {
    pid_t child = vfork();
    if (child == 0) {
        by_execve();
        _exit(127);
    }
    return wait_for(child);
}

static int by_system(void) {
    char command[4096];
    snprintf(command, sizeof command, "%s %s", program, argument);
    clearenv();
    exit(WEXITSTATUS(system(command)));
}

static int by_popen(void) {
    char command[4096];
    char line[4096];
    snprintf(command, sizeof command, "%s %s", program, argument);
    clearenv();
    FILE *stream = popen(command, "r");
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL)
        fputs(line, stdout);
    exit(stream == NULL || pclose(stream) != 0);
}

static const struct {
    const char *name;
    int (*start)(void);
} ways[] = {{"execve", by_execve},
            {"execv", by_execv},
            {"execvp", by_execvp},
            {"execvpe", by_execvpe},
            {"execl", by_execl},
            {"execlp", by_execlp},
            {"execle", by_execle},
            {"fexecve", by_fexecve},
            {"execveat", by_execveat},
            {"syscall", by_syscall},
            {"posix_spawn", by_posix_spawn},
            {"posix_spawnp", by_posix_spawnp},
            {"vfork", by_vfork},
            {"system", by_system},
            {"popen", by_popen}};

/* Of the environment without what the shim adds: the count, and a sum that the order changes. */
static void describe_environment(void) {
    unsigned long count = 0;
    unsigned long sum = 5381;
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, "LD_PRELOAD=", 11) == 0 || strncmp(*entry, "HOME=", 5) == 0 ||
            strncmp(*entry, "USER=", 5) == 0 || strncmp(*entry, "LOGNAME=", 8) == 0)
            continue;
        count++;
        for (const char *byte = *entry; *byte != '\0'; byte++)
            sum = sum * 33 + (unsigned char)*byte;
        sum = sum * 33;
    }
    const char *preload = getenv("LD_PRELOAD");
    printf("%lu variables, sum %lx, LD_PRELOAD=%s\n", count, sum, preload == NULL ? "" : preload);
}

static int describe_child(void) {
    char line[512];
    bool loaded = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "libqlshim.so") != NULL)
            loaded = true;
    printf("%s, uid %d, ", loaded ? "loaded" : "not loaded", (int)geteuid());
    describe_environment();
    return 0;
}

/* A sum over the writable memory of the library, and of this program's data and heap. */
static uint64_t sum_of_memory(void) {
    static char line[512]; /* static, and read before it changes: not part of what is compared */
    uint64_t sum = 0;
    int maps = open("/proc/self/maps", O_RDONLY);
    FILE *stream = fdopen(maps, "r");
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
        unsigned long start = 0;
        unsigned long end = 0;
        char modes[8] = "";
        if (sscanf(line, "%lx-%lx %7s", &start, &end, modes) != 3 || modes[1] != 'w' ||
            strstr(line, "libqlshim.so") == NULL)
            continue;
        sum += end - start;
        for (const uint64_t *word = (const uint64_t *)start; word < (const uint64_t *)end; word++)
            sum = sum * 1000003 + *word;
    }
    fclose(stream);
    return sum;
}

static unsigned long count_mappings(void) {
    char bytes[4096];
    unsigned long lines = 0;
    int maps = open("/proc/self/maps", O_RDONLY);
    for (ssize_t size; (size = read(maps, bytes, sizeof bytes)) > 0;)
        for (ssize_t i = 0; i < size; i++)
            lines += bytes[i] == '\n';
    close(maps);
    return lines;
}

static int check_vfork(void) {
    char *const argv[] = {program, argument, NULL};
    if (vfork() == 0) /* the parent looks vfork up at its first call */
        _exit(0);
    wait(NULL);
    sum_of_memory(); /* whatever the first look changes, the heap's end say, it has changed now */
    const void *heap = sbrk(0);
    uint64_t before = sum_of_memory();
    unsigned long mappings = count_mappings();
    pid_t child = vfork();
    if (child == 0) {
        execve(program, argv, nothing);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    printf("status %d, library unchanged %d, heap unchanged %d, mappings unchanged %d\n",
           WEXITSTATUS(status), before == sum_of_memory(), heap == sbrk(0),
           mappings == count_mappings());
    return 0;
}

static int start_large(size_t count, size_t size) {
    char *const argv[] = {program, argument, NULL};
    char **vector = calloc(count + 1, sizeof *vector);
    size_t each = size / count;
    for (size_t i = 0; i < count; i++) {
        vector[i] = malloc(each + 32);
        int length = sprintf(vector[i], i % 7 == 0 ? "E%zu" : "E%zu=", i % 11 == 0 ? 0 : i);
        while ((size_t)length + 1 < each)
            vector[i][length++] = 'x';
        vector[i][length] = '\0';
    }
    execve(program, argv, vector);
    printf("%s\n", errno == E2BIG ? "E2BIG" : outcome(-1));
    return 1;
}

int main(int argc, char *argv[]) {
    if (argc == 2 && strcmp(argv[1], "child") == 0)
        return describe_child();
    if (argc == 2 && strcmp(argv[1], "ways") == 0) {
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
            puts(ways[i].name);
        return 0;
    }
    bool large = argc == 5 && strcmp(argv[1], "large") == 0;
    program = argv[large ? 4 : 2];
    argument = (char *)"child";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (large)
        return start_large((size_t)atol(argv[2]), (size_t)atol(argv[3]));
    if (argc == 4)
        argument = argv[3];
    if (strcmp(argv[1], "unchanged") == 0)
        return check_vfork();
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(argv[1], ways[i].name) == 0) {
            int result = ways[i].start();
            printf("%s\n", outcome(result));
            return 1;
        }
    return 2;
}
