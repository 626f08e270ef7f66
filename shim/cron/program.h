/*
 * Which cron program this process is, if any. Everything in shim/cron is off in all others.
 */
#ifndef QLSHIM_CRON_PROGRAM_H
#define QLSHIM_CRON_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

enum cron_program {
    CRON_NONE,
    CRON_DAEMON, /* cron, crond, anacron; bcron-sched and its like */
    CRON_CRONTAB
};

/* Set once, at load. */
extern enum cron_program cron_program;
extern bool cron_is_busybox;
extern bool cron_is_bcron;
extern pid_t cron_started_as; /* the process that was started, where it is a daemon */

/*
 * Finds out by the name of what was executed (AT_EXECFN, getauxval(3)), or where that is busybox or
 * a loader, by its first argument. Nothing is a cron program for root, whose cron works, nor under
 * QLSHIM_CRON=off. Costs no system call in a program of another name.
 */
void cron_load(const char *executed);

/*
 * Whether `path` is the crontab of a user who runs his own daemon: one who has said where cron's
 * files are to be. The set-id crontab of another user with a name serves root's cron.
 */
bool cron_has_own_crontabs(const char *path);

/* The program that a path names; for cron_load, and for tests. */
enum cron_program cron_program_named(const char *path);

#endif
