/*
 * 32-bit ARM, EABI, little endian, from ARMv6K on (the thread pointer's register and the atomic
 * instructions of bytes and double words are of ARMv6K): syscall(2). r7 may be the frame's in Thumb
 * code, where a compiler does not give it away.
 */
#include <elf.h>
#include <stdint.h>
#include <sys/syscall.h>

#define PLATFORM_ELF_MACHINE EM_ARM

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = e;
    register long r5 __asm__("r5") = f;
    long kept;
    __asm__ volatile(
        "mov %[kept], r7\n\t"
        "mov r7, %[number]\n\t"
        "svc 0\n\t"
        "mov r7, %[kept]"
        : "+r"(r0), [kept] "=&r"(kept)
        : [number] "r"(number), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
        : "memory", "cc");
    return r0;
}

static inline long system_call3(long number, long a, long b, long c) {
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    long kept;
    __asm__ volatile(
        "mov %[kept], r7\n\t"
        "mov r7, %[number]\n\t"
        "svc 0\n\t"
        "mov r7, %[kept]"
        : "+r"(r0), [kept] "=&r"(kept)
        : [number] "r"(number), "r"(r1), "r"(r2)
        : "memory", "cc");
    return r0;
}

/* mmap2 counts its offset in pages. */
static inline long system_call_mmap(long a, long b, long c, long d, long e, long f) {
    return system_call(SYS_mmap2, a, b, c, d, e, f);
}

/* TPIDRURO (ARM ELF TLS ABI; Linux's Documentation/arm/kernel_user_helpers.rst). */
#if defined(__thumb__) && !defined(__thumb2__)
/* No Thumb instruction of ARMv6 reads it: core/thumb1.c. */
const void *thread_pointer(void) __attribute__((visibility("hidden"), const));
#else
static inline const void *thread_pointer(void) {
    const void *pointer;
    __asm__("mrc p15, 0, %0, c13, c0, 3" : "=r"(pointer));
    return pointer;
}
#endif

/* A 64-bit argument is an even register and the next, so one may be left out before it. */
#define SYSTEM_CALL_64(number, first, value)                                                       \
    system_call(number, first, 0, (long)(value), (long)((uint64_t)(value) >> 32), 0, 0)
#define SYSTEM_CALL_64_LAST(number, a, b, c, value)                                                \
    system_call(number, a, b, c, 0, (long)(value), (long)((uint64_t)(value) >> 32))
