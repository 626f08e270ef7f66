#include "sockets/missing.h"

#include <stdint.h>

#include "sockets/address.h"

enum { NOTED = 8 };

static uint64_t noted[NOTED];
static unsigned newest;

/*
 * 0 for a path that is too long for a socket's, else a hash of it: rotate and add, the least that a
 * missed stat can pay. A collision lets a bind replace a stale marker: no harm.
 */
static uint64_t hash(const char *path) {
    uint64_t value = 1;
    unsigned length = 0;
    for (; path[length] != '\0'; length++) {
        if (length == SOCKET_PATH_LONGEST)
            return 0;
        value = (value << 7 | value >> 57) + (unsigned char)path[length];
    }
    return value;
}

void missing_note(const char *path) {
    uint64_t missing = hash(path);
    if (missing == 0)
        return;
    unsigned slot = __atomic_fetch_add(&newest, 1, __ATOMIC_RELAXED) % NOTED;
    __atomic_store_n(&noted[slot], missing, __ATOMIC_RELAXED);
}

bool missing_noted(const char *path) {
    uint64_t wanted = hash(path);
    for (unsigned slot = 0; slot < NOTED; slot++)
        if (__atomic_load_n(&noted[slot], __ATOMIC_RELAXED) == wanted)
            return true;
    return false;
}
