/*
 * Lift: after a call below a view was refused, what it was about is made real in the upper folder,
 * and the call can be made again.
 */
#ifndef QLSHIM_WRITABLE_LIFT_H
#define QLSHIM_WRITABLE_LIFT_H

#include <linux/limits.h>
#include <stdbool.h>

#include "writable/place.h"

enum lift {
    LIFT_FOLDER, /* the folder that the entry is in: to make, remove or rename something there */
    LIFT_ENTRY,  /* the entry, too: a file is copied, a folder expanded; its links are followed */
    LIFT_OUTPUT, /* as LIFT_ENTRY, but a file that cannot be read is begun anew: it is only written
                  */
    LIFT_LINK    /* as LIFT_ENTRY, but a link that is the last part is not followed */
};

/*
 * Where the entry stands now: in the upper folder, or outside, where the kernel's answer was the
 * right one. Where `place` is given it is filled in, to release. errno is left alone. Waits for the
 * lock; not for a hot path.
 */
enum standing lift(int directory, const char *path, enum lift what, struct place *place);

/* Before an entry of the upper folder gets another name: a folder is expanded to its end, a file
 * copied. 0 or a negative errno. */
int lift_whole(const struct place *place);

/*
 * The upper path of what the descriptor has open, made real; false where it is not in a lower
 * folder of a view. A folder is only looked for where `make` is false.
 */
bool lift_descriptor(int fd, bool make, char path[PATH_MAX]);

/* A folder's name in the view behind room for the tree's, so that its upper path is the same
 * string: a thread's stack may be small. */
struct named_folder {
    char path[sizeof views.tree + PATH_MAX];
};

static inline char *folder_name_in(struct named_folder *folder) {
    return folder->path + views.tree_length;
}

/* Whether the folder of that name in the view has been expanded; then folder->path is where. */
bool lift_is_expanded(struct named_folder *folder);

#endif
