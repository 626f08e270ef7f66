/* What a user has written in folders that are another's: the upper folder of QLSHIM_WRITABLE. */
#ifndef QLSHIM_COMMAND_LAYER_H
#define QLSHIM_COMMAND_LAYER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Prints where the layer at `upper` is, how large, who uses it, and what was written and removed in
 * it; with `clean` takes it away where it is this user's own and nobody uses it. Prints nothing
 * where there is none, or where the folder is not `owner`'s alone.
 */
void layer_visit(const char *upper, uid_t owner, bool clean);

#endif
