/*
 * The environment of a child: what the program hands it, and what it must inherit.
 *
 * For use between vfork and exec, where the child shares the parent's memory: no allocation, no
 * lock, no write to a global; all is built in room of the caller's.
 */
#ifndef QLSHIM_EXEC_CHILD_H
#define QLSHIM_EXEC_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many bytes of room child_environment needs to complete `environment`, 0 where it lacks
 * nothing: the library's entry in LD_PRELOAD, and settings that are not set in it. LD_PRELOAD= with
 * nothing behind it is the caller's wish to go without, and lacks nothing. With `set_id`, an entry
 * that is a bare name is to be given as a path: glibc complains about a bare one that it may not
 * load, and ignores a path in silence. Pointers that cannot be strings are the kernel's to refuse:
 * nothing is lacking.
 */
size_t child_environment_size(char *const environment[], bool set_id);

/*
 * A copy of `environment`, completed, in that much `room`: the library's entry in front of others
 * in LD_PRELOAD, missing settings at the end.
 */
char *const *child_environment(char *const environment[], bool set_id, void *room);

/* What fits the caller's frame; for more, pages are mapped. A thread's stack may be 16 KiB in all.
 */
enum { CHILD_FRAME_MOST = 6 * 1024 };

#endif
