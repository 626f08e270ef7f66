/*
 * uthash (uthash.h) as the shim's tables use it, and the lock that guards them.
 *
 * The tables are caches. Where the lock is taken, the code goes the long way and never waits: a
 * signal handler may have interrupted its holder, and the child of a fork may have inherited it
 * from a thread that does not exist there.
 */
#ifndef QLSHIM_CORE_TABLE_H
#define QLSHIM_CORE_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

/* Without memory an insertion does nothing: the cache stays as it was. */
#define HASH_NONFATAL_OOM 1
#define uthash_malloc(size) arena_allocate(size)
#define uthash_free(pointer, size) ((void)(pointer), (void)(size))
/* One hash for all: uthash's own would be inlined at each use, a kilobyte at a time. */
#define HASH_FUNCTION(key, size, hash) ((hash) = table_hash(key, size))
#include <uthash.h>

#pragma GCC visibility push(hidden)

unsigned table_hash(const void *key, size_t size);

/* One lock for all tables, since they share the arena. */
bool table_try_lock(void);
void table_unlock(void);

#pragma GCC visibility pop

#endif
