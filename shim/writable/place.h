/*
 * Where a path leads, by the kernel's own walk: in the upper folder, in a lower folder of a view,
 * or outside. For the long way, after a refusal: each look is some system calls.
 */
#ifndef QLSHIM_WRITABLE_PLACE_H
#define QLSHIM_WRITABLE_PLACE_H

#include <linux/limits.h>
#include <stdbool.h>

#include "writable/view.h"

enum standing { STANDS_OUTSIDE, STANDS_UPPER, STANDS_LOWER };

/* An entry and its folder. */
struct place {
    enum standing standing;  /* the folder's */
    int folder;              /* an O_PATH descriptor of it, -1 where there is none */
    enum farm farm;          /* what the entry is in the upper folder, where it is a farm link */
    bool missing;            /* there is no such entry */
    char path[PATH_MAX];     /* the folder's name in the view; physical where it is outside */
    char name[NAME_MAX + 1]; /* the entry's; "" where the path is the folder itself */
    char target[PATH_MAX];   /* the farm link's */
    char rest[PATH_MAX];     /* scratch */
};

/*
 * Fills `place` in for what the kernel would find by (directory, path), the last link followed
 * where `follow` says so. 0 with a descriptor to release, or a negative errno. Safe in signal
 * handlers, after vfork and in threads; `place` is three pages, so not for a small stack
 * (place_pages).
 */
int place_find(struct place *place, int directory, const char *path, bool follow);
void place_release(struct place *place);
/* Looks at the entry again: whether it is a farm link now. */
void place_look(struct place *place);

/* One in pages of its own, or NULL; to give back with place_free. */
struct place *place_new(void);
void place_free(struct place *place);

/* The physical path of a descriptor's file, or of the current folder for AT_FDCWD. 0 or a negative
 * errno. */
int place_physical(int fd, char path[PATH_MAX]);

/* How a physical path stands, and what it is called in the view. */
enum standing place_standing(const char *physical, const char **name);

/*
 * The path without "..", each resolved by the kernel where it goes up from: a folder that is
 * reached through a farm link has its parent in the view, not in the lower folder. `path` is
 * absolute, or below `base`, a folder's name in the view, which may lie in `folded`. What cannot be
 * resolved is left as it is, so that the call fails as it would. False where there is no memory.
 */
bool place_fold(char folded[PATH_MAX], const char *base, const char *path);

#endif
