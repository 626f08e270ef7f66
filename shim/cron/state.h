/* The state folder: where the spool and the pid files of a cron go that cannot use the system's. */
#ifndef QLSHIM_CRON_STATE_H
#define QLSHIM_CRON_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"

/*
 * Appends the folder that the settings name: QLSHIM_STATE, else below XDG_STATE_HOME, else below
 * `home`, each where it is absolute; nothing where none is. A daemon and a crontab that were
 * started alike agree on it. Makes nothing.
 */
void cron_state_folder(const char *home, struct text *folder);

/* What a state folder is to its user. */
enum cron_state {
    CRON_STATE_OWN,     /* nobody else may write it */
    CRON_STATE_UNOWNED, /* on a volume that keeps no owners and modes, so it is its alone to say */
    CRON_STATE_SHARED,  /* root's or one's own, and others may write it: to have a folder in it */
    CRON_STATE_STRANGERS, /* somebody else's, or reached by a link of somebody else's */
    CRON_STATE_NONE       /* not there, or no folder */
};

enum cron_state cron_state_judge(const char *folder);

/*
 * The folder to use, made (0700) where it is missing: the one that the settings name, or where
 * others may write that, one's own in it, `qlshim-<uid>`. Without a HOME, a folder in the private
 * one. NULL where there is none that is safe, after one line that says why. Found once; lasts.
 */
const char *cron_state(void);

/* The same where it has been used already, else NULL: makes nothing and says nothing. */
const char *cron_state_used(void);

/* Whether the volume of the state folder keeps owners and modes: a file is made there, to see. */
bool cron_state_keeps_owners(void);

#endif
