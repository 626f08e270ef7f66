/*
 * What gcc makes a call of its own library of in Thumb code on ARMv6, which has no instructions for
 * it: 64-bit products and shifts, and atomic operations. This file is linked with no library, so
 * the functions are its own, in the other instructions. Safe everywhere.
 */
#include <stdint.h>

#if defined(__thumb__) && !defined(__thumb2__)
#include "core/platform.h"

#pragma GCC target("arm")

const void *thread_pointer(void) {
    const void *pointer;
    __asm__("mrc p15, 0, %0, c13, c0, 3" : "=r"(pointer));
    return pointer;
}

/* The names are gcc's (libgcc, "Integer library routines"; "Legacy __sync Built-in Functions"). */
#define CALLED(type, name, parameters)                                                             \
    type called_##name parameters __asm__(#name);                                                  \
    type called_##name parameters

CALLED(uint64_t, __aeabi_lmul, (uint64_t a, uint64_t b)) {
    return a * b;
}

CALLED(uint64_t, __aeabi_llsl, (uint64_t number, int bits)) {
    return number << bits;
}

CALLED(uint64_t, __aeabi_llsr, (uint64_t number, int bits)) {
    return number >> bits;
}

CALLED(uint64_t, __atomic_fetch_and_8, (uint64_t * number, uint64_t value, int order)) {
    (void)order;
    return __atomic_fetch_and(number, value, __ATOMIC_SEQ_CST);
}

CALLED(uint64_t, __atomic_fetch_or_8, (uint64_t * number, uint64_t value, int order)) {
    (void)order;
    return __atomic_fetch_or(number, value, __ATOMIC_SEQ_CST);
}

CALLED(uint64_t, __atomic_load_8, (const uint64_t *number, int order)) {
    (void)order;
    return __atomic_load_n(number, __ATOMIC_SEQ_CST);
}

CALLED(void, __atomic_store_8, (uint64_t * number, uint64_t value, int order)) {
    (void)order;
    __atomic_store_n(number, value, __ATOMIC_SEQ_CST);
}

CALLED(uint64_t, __atomic_exchange_8, (uint64_t * number, uint64_t value, int order)) {
    (void)order;
    return __atomic_exchange_n(number, value, __ATOMIC_SEQ_CST);
}

CALLED(uint32_t, __sync_fetch_and_add_4, (uint32_t * number, uint32_t value)) {
    return __atomic_fetch_add(number, value, __ATOMIC_SEQ_CST);
}

CALLED(uint32_t, __sync_add_and_fetch_4, (uint32_t * number, uint32_t value)) {
    return __atomic_add_fetch(number, value, __ATOMIC_SEQ_CST);
}

CALLED(uint32_t, __sync_val_compare_and_swap_4, (uint32_t * number, uint32_t old, uint32_t new)) {
    return __sync_val_compare_and_swap(number, old, new);
}

CALLED(uint8_t, __sync_val_compare_and_swap_1, (uint8_t * number, uint8_t old, uint8_t new)) {
    return __sync_val_compare_and_swap(number, old, new);
}

CALLED(void, __sync_synchronize, (void)) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
#endif
