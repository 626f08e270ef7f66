/*
 * ppc64le: Linux's Documentation/powerpc/syscall64-abi.rst. A failure is told by the bit CR0.SO,
 * and errno is positive then. The registers of the arguments come back spoiled.
 */
#include <elf.h>
#include <sys/syscall.h>

#define PLATFORM_ELF_MACHINE EM_PPC64

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
    register long r0 __asm__("r0") = number;
    register long r3 __asm__("r3") = a;
    register long r4 __asm__("r4") = b;
    register long r5 __asm__("r5") = c;
    register long r6 __asm__("r6") = d;
    register long r7 __asm__("r7") = e;
    register long r8 __asm__("r8") = f;
    __asm__ volatile(
        "sc\n\t"
        "bns+ 1f\n\t"
        "neg 3, 3\n"
        "1:"
        : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
        :
        : "r9", "r10", "r11", "r12", "cr0", "ctr", "xer", "memory");
    return r3;
}

static inline long system_call3(long number, long a, long b, long c) {
    register long r0 __asm__("r0") = number;
    register long r3 __asm__("r3") = a;
    register long r4 __asm__("r4") = b;
    register long r5 __asm__("r5") = c;
    __asm__ volatile(
        "sc\n\t"
        "bns+ 1f\n\t"
        "neg 3, 3\n"
        "1:"
        : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5)
        :
        : "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cr0", "ctr", "xer", "memory");
    return r3;
}

static inline long system_call_mmap(long a, long b, long c, long d, long e, long f) {
    return system_call(SYS_mmap, a, b, c, d, e, f);
}

/* ELFv2 ABI, 2.2.1.1: r13. */
static inline const void *thread_pointer(void) {
    const void *pointer;
    __asm__("mr %0, 13" : "=r"(pointer));
    return pointer;
}

/*
 * A compiler's call through a pointer leaves its frame in place, since r2 (the TOC pointer) is put
 * back behind it (ELFv2 ABI, 2.3.6.2). Here the frame is gone before the jump: whoever called from
 * another object has saved its own r2 (the stub in its PLT) and puts it back itself.
 */
#define JUMP_DOOR(symbol, target)                                                                  \
    __attribute__((used)) static void *symbol##_target(void) {                                     \
        return (void *)target();                                                                   \
    }                                                                                              \
    __asm__(                                                                                       \
        ".pushsection .text\n\t"                                                                   \
        ".globl " #symbol                                                                          \
        "\n\t"                                                                                     \
        ".type " #symbol ", @function\n" #symbol                                                   \
        ":\n\t"                                                                                    \
        "addis 2, 12, .TOC.-" #symbol                                                              \
        "@ha\n\t"                                                                                  \
        "addi 2, 2, .TOC.-" #symbol                                                                \
        "@l\n\t"                                                                                   \
        ".localentry " #symbol ", .-" #symbol                                                      \
        "\n\t"                                                                                     \
        "mflr 0\n\t"                                                                               \
        "std 0, 16(1)\n\t"                                                                         \
        "stdu 1, -32(1)\n\t"                                                                       \
        "bl " #symbol                                                                              \
        "_target\n\t"                                                                              \
        "nop\n\t"                                                                                  \
        "addi 1, 1, 32\n\t"                                                                        \
        "ld 0, 16(1)\n\t"                                                                          \
        "mtlr 0\n\t"                                                                               \
        "mr 12, 3\n\t"                                                                             \
        "mtctr 12\n\t"                                                                             \
        "bctr\n\t"                                                                                 \
        ".size " #symbol ", .-" #symbol                                                            \
        "\n\t"                                                                                     \
        ".popsection")
