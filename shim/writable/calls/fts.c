/*
 * The door of fts_read(3), which glibc has and musl has not. It walks by calls of its own, so a
 * tree that is named absolutely is the image's; from a folder of the view the farm links are met.
 */
#if __SIZEOF_LONG__ == 8 /* elsewhere there are two kinds of FTSENT */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>

#include "core/next.h"
#include "writable/calls/at.h"

/*
 * Who goes down by chdir(2) comes back by "..", and looks whether that is the folder that he left:
 * so a folder is expanded then.
 */
static __attribute__((noinline)) bool is_farm(const FTS *tree, const char *path) {
    char lower[PATH_MAX];
    AT(at, AT_FDCWD, path);
    enum farm kind = at_farm(&at, lower);
    if (kind == FARM_FOLDER && (tree->fts_options & FTS_NOCHDIR) == 0)
        at_lift(&at, LIFT_ENTRY);
    return kind != FARM_NONE;
}

/* A farm link is followed as fts_set(3) has it: the same entry again, as what it leads to. */
DOOR FTSENT *fts_read(FTS *tree) {
    FTSENT *entry = NEXT(fts_read)(tree);
    if (entry == NULL || !views.active || entry->fts_info != FTS_SL ||
        !is_farm(tree, entry->fts_accpath))
        return entry;
    NEXT(fts_set)(tree, entry, FTS_FOLLOW);
    return NEXT(fts_read)(tree);
}

DOOR_ALIAS_WIDE(fts64_read, fts_read);
#endif
