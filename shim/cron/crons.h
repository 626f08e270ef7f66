/*
 * The crons that are known, one row each: by which name a program of theirs is started, what it is,
 * and what of it has to be known. Whoever brings a new cron adds its rows in crons.c, each with
 * where in its source the fact stands; everything else in shim/cron asks these tables.
 */
#ifndef QLSHIM_CRON_CRONS_H
#define QLSHIM_CRON_CRONS_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

enum cron_program {
    CRON_NONE,
    CRON_DAEMON,
    CRON_CRONTAB,
    CRON_TOOL /* looks at a daemon's pid file or its spool, and is nothing else of cron's */
};

/* A file that holds many programs, and is which of them it is called. */
enum cron_box { CRON_UNBOXED, CRON_BUSYBOX, CRON_TOYBOX };

enum cron_trait {
    /* Does not start unless its first geteuid(2), or getuid(2), says 0. */
    CRON_WANTS_EUID_0 = 1 << 0,
    CRON_WANTS_UID_0 = 1 << 1,
    /* Becomes root by setuid(2), for itself, before its first fork(2). */
    CRON_BECOMES_ROOT = 1 << 2,
    /* Takes no files, crontabs or what it is to mail, but root's. */
    CRON_READS_ROOTS = 1 << 3,
    /* Renames its new crontab into place whether or not all of it could be written. */
    CRON_RENAMES_HALVES = 1 << 4,
    /* Ends the child of a vfork(2) by exit(3), which hangs the parent on musl. */
    CRON_EXITS_AFTER_VFORK = 1 << 5,
    /* Sets the group to the number of the user. */
    CRON_TAKES_UID_FOR_GID = 1 << 6,
    /* bcron's: compares what fstat(2) says with stat(2), and needs more in its spool. */
    CRON_IS_BCRON = 1 << 7
};

struct cron {
    char name[18];   /* the last part of the path, or the applet */
    uint8_t program; /* enum cron_program */
    uint8_t box;     /* enum cron_box */
    uint8_t traits;  /* of enum cron_trait */
};

/* The row of a program by its name and the box that it is in, or NULL. */
const struct cron *crons_find(const char *name, enum cron_box box);

/* A text that every program of a box holds; NULL for CRON_UNBOXED. */
const char *crons_box_mark(enum cron_box box);

enum cron_place_kind {
    CRON_SPOOL,   /* a folder, with all below it, and crontabs in a folder of that */
    CRON_STAMPS,  /* a folder, with all below it */
    CRON_PID,     /* a file in /run: one for all containers that share the state */
    CRON_REBOOT,  /* a file in /run: of this container, since it was started */
    CRON_MESSAGE, /* begins with this: for this container alone, and not for long */
};

/* Where a cron has its files, and where they go below the state folder. */
struct cron_place {
    char from[37];
    char to[10];
    uint8_t kind; /* enum cron_place_kind */
};

enum { CRON_PLACES = 9 };
extern const struct cron_place cron_places[CRON_PLACES];

/* Folders of a spool that are made where a program names them, each as it stands behind the spool.
 */
enum { CRON_SPOOL_FOLDERS = 2 };
extern const char cron_spool_folders[CRON_SPOOL_FOLDERS][12];

#pragma GCC visibility pop

#endif
