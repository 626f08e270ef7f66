/*
 * Which cron program this process is, if any. Everything in shim/cron is off in all others.
 */
#ifndef QLSHIM_CRON_PROGRAM_H
#define QLSHIM_CRON_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "cron/crons.h"

#pragma GCC visibility push(hidden)

/* Set once, at load. */
extern enum cron_program cron_program;
extern unsigned cron_traits;

/*
 * Finds out by the name of what was executed (AT_EXECFN, getauxval(3)), or where that is a loader,
 * by main's first argument. What a box (busybox, toybox) is called is told by its arguments, as it
 * tells itself, and that it is one by what it holds, as its file may have any name. Nothing is a
 * cron program for root, whose cron works, nor under QLSHIM_CRON=off. Costs no system call in a
 * program of another name. `argv` may be NULL.
 */
void cron_load(const char *executed, char *const argv[]);

/* Whether the process is what was started, and not a child of that: a daemon, before it forks. */
bool cron_is_first_process(void);

/*
 * Whether `path` is the crontab, or the daemon, of a user who runs his own: one who has said where
 * cron's files are to be. The set-id crontab of another user with a name serves root's cron.
 */
bool cron_has_own_crontabs(const char *path);

/* What a program that is in no box is by its path: for tests and for cron_has_own_crontabs. */
enum cron_program cron_program_named(const char *path);

/*
 * The row of what was executed with these arguments, NULL for all but cron programs.
 * `box_of_program` tells which box this process is; it is asked only of what is called like a cron
 * program. A script is no daemon: it is the init script of one.
 */
const struct cron *cron_row(const char *executed, char *const argv[],
                            enum cron_box box_of_program(void), enum cron_program *program);

#pragma GCC visibility pop

#endif
