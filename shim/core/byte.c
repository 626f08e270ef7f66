/*
 * Atomic exchange of a byte, for a compiler that makes a call of libatomic of it: gcc before 13 on
 * RISC-V, whose atomic instructions are of words (GCC 13 release notes, "RISC-V: inline subword
 * atomics"). This file is linked with no library, so the function is its own. A byte that has been
 * changed meanwhile, or its neighbour, is another try. Safe everywhere.
 */
#include <stdbool.h>
#include <stdint.h>

#if defined(__riscv) && defined(__GNUC__) && __GNUC__ < 13 && !defined(__clang__)
uint8_t exchange_byte(volatile void *byte, uint8_t value, int order) __asm__("__atomic_exchange_1");

uint8_t exchange_byte(volatile void *byte, uint8_t value, int order) {
    volatile uint32_t *word = (volatile uint32_t *)((uintptr_t)byte & ~(uintptr_t)3);
    unsigned shift = 8 * ((uintptr_t)byte & 3);
    uint32_t seen = __atomic_load_n(word, __ATOMIC_RELAXED);
    (void)order;
    while (!__atomic_compare_exchange_n(
        word, &seen, (seen & ~((uint32_t)0xff << shift)) | (uint32_t)value << shift, true,
        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        ;
    return (uint8_t)(seen >> shift);
}
#else
typedef int nothing_to_do; /* C wants something in a file */
#endif
