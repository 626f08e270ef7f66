/* s390x: syscall(2); s390x ELF ABI supplement. */
#include <elf.h>
#include <sys/syscall.h>

#define PLATFORM_ELF_MACHINE EM_S390
#define PLATFORM_HASH_ENTRY uint64_t /* sysdeps/s390/s390-64/bits/elfclass.h of glibc */

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
    register long r1 __asm__("r1") = number;
    register long r2 __asm__("r2") = a;
    register long r3 __asm__("r3") = b;
    register long r4 __asm__("r4") = c;
    register long r5 __asm__("r5") = d;
    register long r6 __asm__("r6") = e;
    register long r7 __asm__("r7") = f;
    __asm__ volatile("svc 0"
                     : "+d"(r2)
                     : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7)
                     : "memory", "cc");
    return r2;
}

static inline long system_call3(long number, long a, long b, long c) {
    register long r1 __asm__("r1") = number;
    register long r2 __asm__("r2") = a;
    register long r3 __asm__("r3") = b;
    register long r4 __asm__("r4") = c;
    __asm__ volatile("svc 0" : "+d"(r2) : "d"(r1), "d"(r3), "d"(r4) : "memory", "cc");
    return r2;
}

/* Its six arguments are handed over in memory (old_mmap, arch/s390/kernel/syscall.c). */
static inline long system_call_mmap(long a, long b, long c, long d, long e, long f) {
    long arguments[6] = {a, b, c, d, e, f};
    return system_call3(SYS_mmap, (long)arguments, 0, 0);
}

/* The stack comes before the flags (CONFIG_CLONE_BACKWARDS2, kernel/fork.c). */
#define system_call_fork(signal) system_call(SYS_clone, 0, signal, 0, 0, 0, 0)

/* The two halves are in the access registers 0 and 1 (s390x ELF ABI supplement, TLS). */
static inline const void *thread_pointer(void) {
    const void *pointer;
    __asm__(
        "ear %0, %%a0\n\t"
        "sllg %0, %0, 32\n\t"
        "ear %0, %%a1"
        : "=d"(pointer));
    return pointer;
}
