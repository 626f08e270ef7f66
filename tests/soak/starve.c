/*
 * To be preloaded before the shim: from the program's start on, every so many requests for memory
 * fail, at random.
 *
 *     STARVE=N     one in N (10)
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* glibc's own definitions, under the names that it keeps for those who replace malloc. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static unsigned one_in; /* 0: the program has not started */
static unsigned state;

__attribute__((constructor)) static void start(void) {
    const char *wanted = getenv("STARVE");
    state = (unsigned)getpid();
    one_in = wanted != NULL ? (unsigned)atoi(wanted) : 10;
}

static bool refused(void) {
    unsigned next = __atomic_add_fetch(&state, 1, __ATOMIC_RELAXED) * 2654435761U;
    if (one_in == 0 || (next >> 16) % one_in != 0)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    return refused() ? NULL : __libc_realloc(old, size);
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    if (refused())
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}
