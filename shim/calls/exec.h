/* What the doors that start programs share. */
#ifndef QLSHIM_CALLS_EXEC_H
#define QLSHIM_CALLS_EXEC_H

#include <stdbool.h>

/* Looks the next execve(2) up, once, at load: between vfork and exec nothing may be looked up. */
void exec_load(void);

/*
 * execveat(2) with an environment that keeps the child shimmed; -1 and errno, as the system call.
 * For use between vfork and exec.
 */
int exec_child(int directory, const char *path, char *const argv[], char *const envp[], int flags);

/*
 * Whether the program is one that must not get its set-id privileges, since the loader would drop
 * the shim: a nameless user's crontab and crond. It then runs as the plain user, and the shim in it
 * does the rest.
 */
bool exec_without_privileges(int directory, const char *path, char *const argv[], int flags);

/* Whether these arguments can be looked at; those that cannot are the kernel's to refuse. */
bool exec_readable(const char *path, char *const envp[]);

/* Whether the target would complain of a bare name in LD_PRELOAD. */
bool exec_needs_path(int directory, const char *path, int flags);

#endif
