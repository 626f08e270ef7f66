/* Whether a preload reaches a program: what its file says (elf(5), execve(2)). */
#ifndef QLSHIM_COMMAND_DOCTOR_PROGRAM_H
#define QLSHIM_COMMAND_DOCTOR_PROGRAM_H

#include <limits.h>
#include <stddef.h>

enum reach {
    REACH_YES,        /* loaded by a loader of this machine's: glibc's or musl's */
    REACH_SCRIPT,     /* `interpreter` decides */
    REACH_NO_PROGRAM, /* nothing that the kernel runs, or not readable */
    REACH_SET_ID,
    REACH_STATIC,
    REACH_GO,
    REACH_OTHER_CLASS, /* 32 bits, or another machine's */
    REACH_KINDS
};

/*
 * Looks at the file. For a script `interpreter` gets the path behind "#!" (behind env(1), the name
 * that it looks up in PATH). Reads what anybody may have written: nothing in it is believed beyond
 * its first 64 KiB.
 */
enum reach program_reach(const char *path, char interpreter[PATH_MAX]);

/* As program_reach, for the first `size` bytes of a file, whatever its mode. */
enum reach program_reach_of(const unsigned char *bytes, size_t size, char interpreter[PATH_MAX]);

#endif
