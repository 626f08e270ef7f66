/*
 * Whether cron's files are one's own. A daemon runs what it reads as its user, so nobody else may
 * have written it. A volume that has no owners and modes of its own (FAT, a network's) is taken as
 * it is.
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

/* Whether `path` is no link, or a link that this user or root made. */
bool cron_link_is_own(const char *path);

/* Whether the volume of an open file keeps owners and modes. */
bool cron_volume_has_owners(int fd);

#endif
