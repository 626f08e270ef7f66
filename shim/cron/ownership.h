/*
 * Whether cron's files are one's own. A daemon runs what it reads as its user, so nobody else may
 * have written it. Of a volume that is not trusted (core/filesystem.h) is asked what it shows of
 * what this user makes there: where that is one owner and one mode for all files (FAT, many a
 * network's), they are this user's.
 */
#ifndef QLSHIM_CRON_OWNERSHIP_H
#define QLSHIM_CRON_OWNERSHIP_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Whether only this user or root can have made and can replace `path`, an absolute path without
 * links: it is theirs and not writable by group or other; so are the folders above it, which may
 * also be sticky, or writable by a group of this process's. Leaves errno alone.
 */
bool cron_folder_is_own(const char *path);

/*
 * Whether `path`, a file or folder below the state folder, is no link, and it, if it is a folder,
 * and the folder that it is in are own. A file is for the cron program to judge.
 */
bool cron_path_is_own(const char *path);

/* Whether this owner and mode are only what such a volume shows of all that this user makes. */
bool cron_is_only_shown(const struct stat *status);

#endif
