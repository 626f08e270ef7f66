/*
 * The program that is about to be started. Raw system calls only, nothing kept: for use between
 * vfork and exec.
 */
#ifndef QLSHIM_EXEC_TARGET_H
#define QLSHIM_EXEC_TARGET_H

#include <linux/limits.h>
#include <stdbool.h>

/* Whether the kernel will run the file with another user's or group's privileges (execve(2)). */
bool target_is_set_id(int directory, const char *path, int flags);

/*
 * Whether the program, by the last part of its path, or where that is a busybox, by its first
 * argument, does without its set-id privileges what the user asks of it: crontab and crond, with
 * the shim in them, and ssh-agent, whose group only keeps debuggers out. sudo, su and ping need
 * theirs. `argv` may be NULL, or for the kernel to refuse.
 */
bool target_yields_privileges(const char *path, char *const argv[]);

/*
 * Where execvp(3) finds `name`: the first file in `search` (colons between folders, an empty one
 * the current) that exists and may be executed, written to `path`. False where there is none, or
 * `name` is a path already.
 */
bool target_find(const char *name, const char *search, char path[PATH_MAX]);

/* The loader that an ELF file asks for (PT_INTERP, elf(5)); false for anything else. */
bool target_loader(const char *path, char loader[PATH_MAX]);

#endif
