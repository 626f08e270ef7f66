#include "core/table.h"

static bool taken;

bool table_try_lock(void) {
    return !__atomic_exchange_n(&taken, true, __ATOMIC_ACQUIRE);
}

void table_unlock(void) {
    __atomic_store_n(&taken, false, __ATOMIC_RELEASE);
}

/* FNV-1a, folded: its low bits alone choose the bucket (uthash.h, HASH_TO_BKT). */
unsigned table_hash(const void *key, size_t size) {
    const unsigned char *bytes = key;
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    return (unsigned)(hash ^ hash >> 32);
}
