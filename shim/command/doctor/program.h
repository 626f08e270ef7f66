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
 * Opens a file to read it: -1 with errno where it is none, EINVAL where it is another thing. Names
 * come from what anybody may have written, and to open a FIFO or a device waits, or does something.
 */
int open_regular(const char *path);

/*
 * Looks at the file. For a script `interpreter` gets the path behind "#!" (behind env(1), the name
 * that it looks up in PATH). Reads what anybody may have written: nothing in it is believed beyond
 * its first 64 KiB.
 */
enum reach program_reach(const char *path, char interpreter[PATH_MAX]);

/* As program_reach, for the first `size` bytes of a file, whatever its mode. */
enum reach program_reach_of(const unsigned char *bytes, size_t size, char interpreter[PATH_MAX]);

#endif
