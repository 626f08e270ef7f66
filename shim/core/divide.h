/*
 * Division by a number that is not known beforehand, without the compiler's own library, with which
 * this one is not linked: 32-bit machines have no instruction for 64 bits, and ARMs before v7VE
 * none at all. Safe everywhere.
 */
#ifndef QLSHIM_CORE_DIVIDE_H
#define QLSHIM_CORE_DIVIDE_H

#include <stdint.h>

/* Divides `*number` and returns the remainder. `divisor` is not 0. */
static inline uint32_t divide(uint64_t *number, uint32_t divisor) {
#if __SIZEOF_LONG__ == 8
    uint32_t remainder = (uint32_t)(*number % divisor);
    *number /= divisor;
    return remainder;
#else
    uint64_t rest = 0;
    for (int bit = 0; bit < 64; bit++) {
        rest = rest << 1 | *number >> 63;
        *number <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            *number |= 1;
        }
    }
    return (uint32_t)rest;
#endif
}

/* number % divisor */
static inline uint32_t remainder_of(uint32_t number, uint32_t divisor) {
#if defined(__arm__)
    uint64_t wide = number;
    return divide(&wide, divisor);
#else
    return number % divisor;
#endif
}

#endif
