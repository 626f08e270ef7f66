/* riscv64: syscall(2); the thread pointer is tp (RISC-V ELF psABI). */
#include <elf.h>
#include <sys/syscall.h>

#define PLATFORM_ELF_MACHINE EM_RISCV

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
    return a0;
}

static inline long system_call3(long number, long a, long b, long c) {
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
    return a0;
}

static inline long system_call_mmap(long a, long b, long c, long d, long e, long f) {
    return system_call(SYS_mmap, a, b, c, d, e, f);
}

static inline const void *thread_pointer(void) {
    const void *pointer;
    __asm__("mv %0, tp" : "=r"(pointer));
    return pointer;
}
