/* Which folder is a home, and what takes the place of one that is nobody's choice. */
#ifndef QLSHIM_IDENTITY_HOME_H
#define QLSHIM_IDENTITY_HOME_H

#include <stdbool.h>

#include "core/settings.h"

/*
 * Whether HOME=`home` is of use: absolute, not "/", a folder that can be written; or only read,
 * where QLSHIM_WRITABLE is set, since libqlshim-writable.so makes a view of it then. One system
 * call, or two.
 */
bool home_usable(const char *home);

/*
 * Whether `home` is nobody's choice, even of a user with a name: NULL or "", "/" that cannot be
 * written (Podman and CRI-O write it into the line of a user whom they add), or a folder that is
 * not there and cannot be made in its own folder.
 */
bool home_unwanted(const char *home);

/*
 * Another home: QLSHIM_HOME, else `home` (the environment's HOME, or NULL) where it is of use, else
 * `home` in the private folder, made where it is missing, else "/". Written to `path`.
 *
 * The one in the private folder shows what `home` holds, where that is not "/", by links to its
 * entries; folders whose name begins with a dot and that cannot be written are folders in it, with
 * links in them, so that a program can make its own beside them. What is there already stays.
 */
void home_choose(const char *home, char path[FOLDER_LONGEST + 1]);

#endif
