/* The state folder: where the spool and the pid files of a cron go that cannot use the system's. */
#ifndef QLSHIM_CRON_STATE_H
#define QLSHIM_CRON_STATE_H

#include "core/text.h"

/*
 * Appends the folder that the settings name: QLSHIM_STATE, else below XDG_STATE_HOME, else below
 * `home`, each where it is absolute; nothing where none is: /tmp is everybody's. A daemon and a
 * crontab that were started alike agree on it. Makes nothing.
 */
void cron_state_folder(const char *home, struct text *folder);

/*
 * The folder to use, without links on its way, made (0700) with its `spool` where they are missing.
 * NULL where there is none, or where it is, or can be, another user's (cron/ownership.h), after one
 * line that says so. Found once; lasts.
 */
const char *cron_state(void);

/* The same where it has been used already, else NULL: makes nothing and says nothing. */
const char *cron_state_used(void);

#endif
