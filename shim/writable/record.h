/*
 * What the lower folder held when it was expanded, by name: after an update of the image what is
 * new there gets a farm link, and what is gone loses its own; what the user wrote or removed stays
 * so.
 */
#ifndef QLSHIM_WRITABLE_RECORD_H
#define QLSHIM_WRITABLE_RECORD_H

#include <stdbool.h>

#include "writable/upper.h"

/* Opens a new record for the folder of that name in the view; it counts once it is kept. */
struct record {
    struct writer writer;
    char work[PATH_MAX];
};

void record_begin(struct record *record, const char *folder);
void record_add(struct record *record, const char *name);
/* 0 or a negative errno; where it is not `wanted`, what was written is removed. */
int record_keep(struct record *record, const char *folder, bool wanted);

/* The folder is the user's own from now on. */
void record_forget(const char *folder);

/* The same before an empty one goes: who is killed between the two would leave a record of what the
 * user makes there later. */
void record_forget_empty(const char *folder);

enum record_state {
    RECORD_NONE,  /* no expanded folder */
    RECORD_PLAIN, /* a link in it that has a lower entry's name is that entry's */
    RECORD_LINKS  /* or the user's */
};
enum record_state record_state(const char *folder);

/* Before a link of the user's gets the name in the expanded folder. */
void record_link(const char *folder, const char *name);

/* What the record says: the folder's name and those of its entries, each with a NUL, in pages of
 * their own for the caller to release; NULL where there is none. */
char *record_names(const char *folder, size_t *size);

/*
 * Brings every folder that has a record up to date with the lower one: 0, or the negative errno of
 * a process that has too little for it. The lock is held.
 */
int record_refresh_all(void);

#endif
