/*
 * Whom the folders above a socket's path keep out must be kept out at its address, too, which
 * everybody can read in /proc/net/unix: such sockets lie in a closed folder inside the private one.
 */
#ifndef QLSHIM_SOCKETS_CLOSED_H
#define QLSHIM_SOCKETS_CLOSED_H

#include "core/folder.h"

#pragma GCC visibility push(hidden)

/*
 * Appends to the private folder's path in `private` that of the folder for sockets whose paths lie
 * in the folder that is open there: nothing where everybody may pass all folders above it; else one
 * for the group that may (0710, named by the group), or for nobody (0700, `ffffffff`), made where
 * it is missing. Returns 0 or a negative errno. Safe in threads.
 */
int closed_folder(int folder, char private[FOLDER_SIZE]);

#pragma GCC visibility pop

#endif
