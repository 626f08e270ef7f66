/* x86-64: System V ABI, AMD64 supplement, A.2.1; syscall(2). */
#include <elf.h>
#include <sys/syscall.h>

#define PLATFORM_ELF_MACHINE EM_X86_64

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* Clears no registers that the kernel does not read. */
static inline long system_call3(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long system_call_mmap(long a, long b, long c, long d, long e, long f) {
    return system_call(SYS_mmap, a, b, c, d, e, f);
}

/* The word at the thread pointer holds its own address (ELF TLS ABI, x86-64). */
static inline const void *thread_pointer(void) {
    const void *pointer;
    __asm__("mov %%fs:0, %0" : "=r"(pointer));
    return pointer;
}
