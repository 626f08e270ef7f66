/*
 * Where a cron program's files are: those of the places in cron/crons.h go to the state folder
 * where the original place cannot be used.
 */
#ifndef QLSHIM_CRON_PATHS_H
#define QLSHIM_CRON_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

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
 * As cron_path, for chdir(2): programs go on from there by relative paths, so that what is told by
 * those goes elsewhere too from then on, and the spool's folder of crontabs must be there.
 */
const char *cron_working_folder(const char *path);

/* Whether an open file of this process is in the state folder: the spool, anacron's time stamps. */
bool cron_in_state(int fd);

/*
 * After a chmod(2) or chown(2) that was refused: whether the file is one of the state folder, which
 * is the user's alone (cron/state.h) or on a volume that keeps no modes. Then it is as good as
 * done.
 */
bool cron_spares_file(const char *path);
static inline bool cron_spares(const char *path) {
    return __builtin_expect(cron_program != CRON_NONE, 0) && cron_spares_file(path);
}

/*
 * Says in a line that /etc/cron.allow or cron.deny, which could not be opened, is why crontab
 * refuses.
 */
void cron_note_unreadable(const char *path);

/*
 * The first of these arguments in which a path stands that moves for this container alone, NULL
 * where there is none, and the argument as it is to be for another program, which is not told of
 * the move.
 */
const char *cron_find_argument(char *const argv[]);
void cron_move_argument(const char *argument, struct text *moved);

#endif
