/*
 * The next definition of a symbol: what the program would have called without the shim, be it the
 * C library's or that of another preloaded library.
 */
#ifndef QLSHIM_CORE_NEXT_H
#define QLSHIM_CORE_NEXT_H

#include <stddef.h>

/*
 * Looks `symbol` up behind this library (dlsym(3), RTLD_NEXT). Never NULL: where nobody defines
 * it, a function that fails with ENOSYS. It may take the loader's lock and allocate: not for signal
 * handlers, nor for the child of a vfork.
 */
void *next_definition(const char *symbol);

/*
 * NEXT(bind)(fd, address, length) calls the next bind. Looked up at the first call and kept: from
 * then on a load, a test and a jump. Two threads may look up at once and store the same answer.
 */
#define NEXT(symbol)                                                                               \
    (__extension__({                                                                               \
        static __typeof__(&symbol) kept_definition;                                                \
        __typeof__(&symbol) definition = __atomic_load_n(&kept_definition, __ATOMIC_RELAXED);      \
        if (__builtin_expect(definition == NULL, 0)) {                                             \
            definition = (__typeof__(&symbol))next_definition(#symbol);                            \
            __atomic_store_n(&kept_definition, definition, __ATOMIC_RELAXED);                      \
        }                                                                                          \
        definition;                                                                                \
    }))

/* What the library exports; everything else is hidden by -fvisibility=hidden. */
#define DOOR __attribute__((visibility("default")))

/* glibc's *64 names mean the same as the plain ones on 64-bit machines: one definition, two names.
 */
#define DOOR_ALIAS(alias, symbol)                                                                  \
    __asm__(".globl " #alias "\n.type " #alias ", %function\n.set " #alias ", " #symbol)

#endif
