/*
 * The lower folders that hold links out of them. A link `bin/t -> ../shell/t.sh` that is reached
 * through a farm link to `bin` would be followed in the lower folder, even where `shell` has been
 * written in the view. So `bin` is expanded together with the folder to which its links reach.
 */
#ifndef QLSHIM_WRITABLE_LINKS_H
#define QLSHIM_WRITABLE_LINKS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How far a link in `folder` reaches: the length of the part of `folder`'s path that names the
 * highest folder to which it leads; the whole length where it stays below it, or leads out of all
 * views for good. Plain text.
 */
size_t link_reach(const char *folder, const char *target);

/* Looks through all views and writes the list down. 0 or a negative errno. */
int links_scan(void);

/* The list in memory; pairs of strings, a folder and the folder to which it reaches. */
struct links {
    char *bytes;
    size_t size;
};

void links_load(struct links *links);
void links_release(struct links *links);

/* Whether `child`, an entry of a folder that is being expanded, is to be expanded with it. */
bool links_expand(const struct links *links, const char *folder, const char *child);

#endif
