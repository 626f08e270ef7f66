/*
 * The platform: what differs from one to the next in how a system call is made. A file each,
 * core/platform/NAME.h, which gives
 *
 *     system_call(number, a, b, c, d, e, f)   what the kernel returns: -errno on failure
 *     system_call3(number, a, b, c)           the same, for calls of three arguments at most
 *     system_call_mmap(a, b, c, d, e, f)      mmap(2), its offset 0
 *     thread_pointer()                        where the thread's own memory is found
 *     PLATFORM_ELF_MACHINE                    e_machine of its programs (elf.h)
 *     SYSTEM_CALL_64, SYSTEM_CALL_64_LAST     on 32-bit ones: with a 64-bit argument, behind one
 *                                             other, and behind three
 *
 * and, where a call through a pointer at a function's end is no plain jump, JUMP_DOOR, and where
 * arguments are on the stack, CONSTRUCTOR. All are safe in signal handlers, after vfork and in
 * threads.
 */
#ifndef QLSHIM_CORE_PLATFORM_H
#define QLSHIM_CORE_PLATFORM_H

#if defined(__x86_64__) && defined(__LP64__)
#include "core/platform/x86_64.h"
#elif defined(__aarch64__) && defined(__LP64__)
#include "core/platform/aarch64.h"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#include "core/platform/ppc64le.h"
#elif defined(__s390x__)
#include "core/platform/s390x.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "core/platform/riscv64.h"
#elif defined(__i386__) && defined(__GCC_HAVE_SYNC_COMPARE_AND_SWAP_8)
#include "core/platform/i386.h"
#elif defined(__ARMEL__) && defined(__ARM_EABI__) &&                                               \
    (__ARM_ARCH > 6 || defined(__ARM_ARCH_6K__) || defined(__ARM_ARCH_6KZ__))
#include "core/platform/arm.h"
#else
/* On older processors atomic operations would be calls of the compiler's own library. */
#error "unknown platform (ARM is from v6K on, x86 from i586): write shim/core/platform/NAME.h"
#include "core/platform/NAME.h" /* which is not there: so that nothing else is complained of */
#endif

#include <elf.h>
#include <stdint.h>

#define PLATFORM_ELF_CLASS (__SIZEOF_LONG__ == 8 ? ELFCLASS64 : ELFCLASS32)

/* What DT_HASH consists of: Elf64_Word nearly everywhere (elf(5)). */
#ifndef PLATFORM_HASH_ENTRY
#define PLATFORM_HASH_ENTRY uint32_t
#endif

/* clone(2) with nothing shared: a child that ends with `signal` to its parent, or with none. */
#ifndef system_call_fork
#define system_call_fork(signal) system_call(SYS_clone, signal, 0, 0, 0, 0, 0)
#endif

/*
 * JUMP_DOOR(symbol, target) defines the door of a function without arguments that ends in a jump to
 * what `target()` returns and leaves no frame behind. A compiler makes a jump of such a call on
 * most platforms; tests/programs/platforms.bats looks at the code on each.
 */
#ifndef JUMP_DOOR
#define JUMP_DOOR(symbol, target)                                                                  \
    DOOR pid_t symbol(void) {                                                                      \
        return target()();                                                                         \
    }
#endif

/*
 * CONSTRUCTOR(load) { … } is what a loader calls with main's arguments, argc, argv and envp, or,
 * musl's (ldso/dynlink.c), with none: then they are anything.
 */
#ifndef CONSTRUCTOR
#define CONSTRUCTOR(load)                                                                          \
    __attribute__((constructor)) static void load(int argc, char *argv[], char *envp[])
#endif

#endif
