/*
 * The environment of a child: what the program hands it, and what it must inherit.
 *
 * For use between vfork and exec, where the child shares the parent's memory: no allocation, no
 * lock, no write to a global; all is built in the caller's frame.
 */
#ifndef QLSHIM_EXEC_CHILD_H
#define QLSHIM_EXEC_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/* Room for an environment in the caller's frame: about 32 KiB. */
struct child_environment {
    char *vector[3584];
    char preload[4096];
    void *pages; /* where that room was not enough; child_environment_release gives them back */
    size_t pages_size;
};

/*
 * `environment` as it is where it lacks nothing, else a copy with what it lacks: the library's
 * entry in front of other entries of LD_PRELOAD, and settings that are not set in it. LD_PRELOAD=
 * with nothing behind it is the caller's wish to go without, and stays. With `set_id`, an entry
 * that is a bare name is given as a path: glibc complains about a bare one that it may not load,
 * and ignores a path in silence.
 *
 * Where the environment is larger than the room, pages are mapped; where there are none, it goes
 * unchanged.
 */
char *const *child_environment(char *const environment[], bool set_id,
                               struct child_environment *room);

/* After an exec that failed, or a spawn. */
void child_environment_release(struct child_environment *room);

/* Whether child_environment would change anything for a program that is not set-id. */
bool child_environment_lacks(char *const environment[]);

#endif
