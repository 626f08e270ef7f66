/*
 * i386: syscall(2). The sixth argument goes in ebp, which a compiler keeps for itself, so it is put
 * there by hand.
 */
#include <elf.h>
#include <stdint.h>
#include <sys/syscall.h>

#define PLATFORM_ELF_MACHINE EM_386

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    __asm__ volatile(
        "pushl %[sixth]\n\t"
        "pushl %%ebp\n\t"
        "movl 4(%%esp), %%ebp\n\t"
        "int $0x80\n\t"
        "popl %%ebp\n\t"
        "addl $4, %%esp"
        : "=a"(result)
        : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [sixth] "g"(f)
        : "memory", "cc");
    return result;
}

static inline long system_call3(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

/* mmap2 counts its offset in pages. */
static inline long system_call_mmap(long a, long b, long c, long d, long e, long f) {
    return system_call(SYS_mmap2, a, b, c, d, e, f);
}

/* The word at the thread pointer holds its own address (ELF TLS ABI, i386). */
static inline const void *thread_pointer(void) {
    const void *pointer;
    __asm__("movl %%gs:0, %0" : "=r"(pointer));
    return pointer;
}

/* A 64-bit argument is two registers, the low half first. */
#define SYSTEM_CALL_64(number, first, value)                                                       \
    system_call3(number, first, (long)(value), (long)((uint64_t)(value) >> 32))
#define SYSTEM_CALL_64_LAST(number, a, b, c, value)                                                \
    system_call(number, a, b, c, (long)(value), (long)((uint64_t)(value) >> 32), 0)

/*
 * A function may write where its arguments are on the stack (i386 psABI, 2.2.3), which is the
 * caller's own where musl's loader hands over none: it would wait for itself for ever. So the
 * function that is called has none, and looks behind its frame pointer and the return address.
 */
#define CONSTRUCTOR(load)                                                                          \
    static __attribute__((noinline)) void load(int argc, char *argv[], char *envp[]);              \
    __attribute__((constructor)) static void load##_of_none(void) {                                \
        void *const *frame = __builtin_frame_address(0);                                           \
        load((int)(long)frame[2], frame[3], frame[4]);                                             \
    }                                                                                              \
    static void load(int argc, char *argv[], char *envp[])
