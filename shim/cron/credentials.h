#ifndef QLSHIM_CRON_CREDENTIALS_H
#define QLSHIM_CRON_CREDENTIALS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * After a set*id call that the kernel refused a cron program: whether to answer that it succeeded.
 * To become oneself is nothing; the daemon may believe that it is root (by seteuid and setegid,
 * which it calls for itself and not for a job; cronie's by setuid, before there is any child), and
 * nothing changes by that. Anything else is a job that was written for somebody else: it is not
 * run, and one line says so.
 */
bool cron_grants_uid(uid_t uid, bool effective_only);
bool cron_grants_gid(gid_t gid, bool effective_only);

/* As for initgroups(3), where the caller knows whether the user is oneself. */
bool cron_grants_user(const char *user, bool is_own);

#endif
