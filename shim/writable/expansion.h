/* Making real what is a farm link: a folder by a farm of its own, a file by a copy. */
#ifndef QLSHIM_WRITABLE_EXPANSION_H
#define QLSHIM_WRITABLE_EXPANSION_H

#include <stdbool.h>

#include "writable/upper.h"

/*
 * All of these want the lock held, and return 0 or a negative errno: -EXDEV for what may not be
 * made real, since it is another mount, or since the kernel lets the user write there.
 */

/*
 * Whether the lower folder is the one that counts, with all that is below it: on another mount than
 * its view, or where the kernel lets the user write. Wants no lock.
 */
bool stays_native(const char *folder);

/* Than its view. */
bool is_other_mount(const char *folder);

/* The farm of a view itself, where there is none yet; with `closed` that of a folder above it, in
 * which nothing may be made. */
int expand_root(const char *folder, bool closed);

/* The folder of that name in the view, and those above it. 1 where something was expanded. */
int expand_to(const char *folder);

/* Whether it would be, without a lock; `part` is scratch. */
bool expand_may(const char *folder, char part[PATH_MAX]);

/*
 * The folder of that name in the view with all that is below it, before it gets another name: a
 * farm link is only ever found under the name that its lower entry has.
 */
int expand_deep(const char *folder);

/* The file whose farm link, to `lower`, is `<tree><path>`; empty, where it cannot be read and
 * `output` says that it is only written. */
int copy_up(const char *path, const char *lower, bool output);

#endif
