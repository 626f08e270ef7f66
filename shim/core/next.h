/*
 * The next definition of a symbol: what the program would have called without the shim, be it the
 * C library's or that of another preloaded library.
 */
#ifndef QLSHIM_CORE_NEXT_H
#define QLSHIM_CORE_NEXT_H

#include <stddef.h>

#include "core/own.h"

/* The list of symbols; libqlshim-writable.so has one of its own (the Makefile names it). */
#ifndef NEXT_SYMBOLS_LIST
#define NEXT_SYMBOLS_LIST "core/next_symbols.h"
#endif

/* What the list consists of. */
#define NEXT_SYMBOL(name) NEXT_SYMBOL_AS(name, name)

/* With the name that has 64-bit offsets and times on 32-bit machines (WIDE_NAME, below). */
#if __SIZEOF_LONG__ == 8
#define NEXT_SYMBOL_WIDE(name, wide) NEXT_SYMBOL_AS(name, name)
#else
#define NEXT_SYMBOL_WIDE(name, wide) NEXT_SYMBOL_AS(name, wide) NEXT_SYMBOL_AS(narrow_##name, name)
#endif

enum next_symbol {
#define NEXT_SYMBOL_AS(id, symbol) NEXT_##id,
#include NEXT_SYMBOLS_LIST
#undef NEXT_SYMBOL_AS
    NEXT_SYMBOLS
};

/* What was looked up, NULL until then: for NEXT, and for execve, which may not look anything up. */
extern OWN void *next_definitions[NEXT_SYMBOLS];

/*
 * NEXT(bind)(fd, address, length) calls the next bind. Looked up at the first call and kept: from
 * then on a load, a test and a jump. Two threads may look up at once and store the same answer.
 */
#define NEXT(name)                                                                                 \
    (__extension__({                                                                               \
        void *definition = __atomic_load_n(&next_definitions[NEXT_##name], __ATOMIC_RELAXED);      \
        if (__builtin_expect(definition == NULL, 0))                                               \
            definition = next_fill(NEXT_##name);                                                   \
        (__typeof__(&name))definition;                                                             \
    }))

/*
 * Looks the symbol up behind this library and keeps it. Never NULL: where nobody defines it, a
 * function that fails with ENOSYS. It takes the lock of the loader's list, which is held for
 * moments only. What core/object.h does not find (an IFUNC, an object without its tables) is asked
 * of dlsym(3), which may allocate and leaves the program another dlerror(3).
 */
void *next_fill(enum next_symbol symbol);

/*
 * As next_fill, of any symbol, but not kept: for those of libraries that a program unloads and
 * loads again, to another place.
 */
void *next_definition(const char *symbol);

/*
 * Looks all symbols up, some ten microseconds' work. A fork of a process with threads may leave
 * that lock taken in the child. So this is called before there is a second thread.
 */
void next_fill_all(void);

/* What the library exports; everything else is hidden by -fvisibility=hidden. */
#define DOOR __attribute__((visibility("default")))

/* One definition, two names. */
#define DOOR_ALIAS(alias, symbol)                                                                  \
    __asm__(".globl " #alias "\n.type " #alias ", %function\n.set " #alias ", " #symbol)

/*
 * What has 64-bit offsets and times has another name on 32-bit machines, if the plain one has not:
 * open64, __stat64_time64. A door is that one's there, by the C library's headers, and the plain
 * name's doors are in calls/narrow. On 64-bit machines the two names mean the same.
 */
#if __SIZEOF_LONG__ == 8
#define WIDE_NAME(name, wide) #name
#define DOOR_ALIAS_WIDE(alias, symbol) DOOR_ALIAS(alias, symbol)
#else
#define WIDE_NAME(name, wide) #wide
#define DOOR_ALIAS_WIDE(alias, symbol) _Static_assert(1, "another door")
#endif

#endif
