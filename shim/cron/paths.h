/*
 * Where a cron program's files are: the spool, the pid file and the reboot file move to
 * QLSHIM_STATE where the original place cannot be used.
 */
#ifndef QLSHIM_CRON_PATHS_H
#define QLSHIM_CRON_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"
#include "cron/program.h"

/*
 * The path to use instead of `path`, which is returned itself where it is no file of cron's or can
 * be used as it is. The spool and state folders are made where they are missing (0700). The answer
 * is in static memory and lasts until the next but one call: cron programs have one thread, and
 * rename(2) has two paths. Where the state folder is, or can be, another user's, it says so in one
 * line, and `path` is left to fail as it does without the shim. Leaves errno alone.
 */
const char *cron_path_mapped(const char *path);

/* For the doors: cron_path_mapped, where this is a cron program. */
static inline const char *cron_path(const char *path) {
    return __builtin_expect(cron_program == CRON_NONE, 1) || path == NULL ? path
                                                                          : cron_path_mapped(path);
}

/*
 * Appends the folder that the spool and the pid files move to: QLSHIM_STATE, else below
 * XDG_STATE_HOME, else below `home`, each where it is absolute; nothing where none is: /tmp is
 * everybody's. A daemon and a crontab that were started alike agree on it. Makes nothing.
 */
void cron_state_folder(const char *home, struct text *folder);

/* Whether an open file of this process is in the moved spool. */
bool cron_in_spool(int fd);

#endif
