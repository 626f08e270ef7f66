#ifndef QLSHIM_CRON_DIAGNOSTICS_H
#define QLSHIM_CRON_DIAGNOSTICS_H

#include <stdbool.h>

/*
 * Whether what this process hands to syslog(3) would be lost: it is a cron program, and there is no
 * /dev/log.
 */
bool cron_diagnostics_wanted(void);

/* Notes the name that openlog(3) was given. It is kept as openlog keeps it: not copied. */
void cron_name_diagnostics(const char *name);

/*
 * Keeps the daemon's standard error for its diagnostics and the shim's log: in the processes of its
 * jobs descriptor 2 is the job's output, which is mailed, or lost. To call at load.
 */
void cron_keep_standard_error(void);

/*
 * Writes a line "name[pid]: message" to standard error, or where a daemon has sent that to
 * /dev/null, to process 1's, which `docker logs` shows. crontab says nothing that is not a warning
 * or worse: its user did not ask for a protocol.
 */
void cron_diagnose(int priority, const char *message);

#endif
