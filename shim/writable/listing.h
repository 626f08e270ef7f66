/*
 * What the lower folder of an expanded one holds: from which the types and inodes of its farm links
 * are told, without a look at each of them.
 */
#ifndef QLSHIM_WRITABLE_LISTING_H
#define QLSHIM_WRITABLE_LISTING_H

#include "writable/upper.h"

struct listing;

/* Of the folder of that name, to release; NULL where it cannot be read, or has too much for it. */
struct listing *listing_read(const char *folder);
void listing_release(struct listing *listing);

/* The entry of that name, or NULL. */
const struct entry *listing_find(const struct listing *listing, const char *name);

#endif
