/*
 * Does this folder's volume take Unix sockets? Found by trial, never by a list of errnos: EPERM,
 * EINVAL and EACCES are honest answers on good volumes and typical ones on bad.
 */
#ifndef QLSHIM_SOCKETS_VERDICT_H
#define QLSHIM_SOCKETS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

enum verdict_kind {
    VERDICT_UNKNOWN, /* no trial was possible, in a folder that cannot be written: native errors */
    VERDICT_TAKES,
    VERDICT_REFUSES
};

/* The step at which a volume failed the trial, in the order in which a program takes them. */
enum trial_step { STEP_BIND, STEP_LSTAT, STEP_CHMOD, STEP_CONNECT, STEP_UNLINK };

struct verdict {
    enum verdict_kind kind;
    /* The rest tells of a volume that refuses sockets. */
    bool symlinks; /* it takes symbolic links */
    enum trial_step step;
    int error; /* errno at that step, 0 where it gave a wrong answer rather than an error */
};

/*
 * The trial, in the folder that `folder` has open by O_PATH, so that it cannot be exchanged
 * meanwhile; `path` is its name where there is no /proc: bind, lstat says socket, chmod, found by
 * connect, unlink; and where one fails, whether links work. The socket is made as
 * ".qlshim-trial-<uid>-<16 random digits>" and removed, where the volume can.
 */
struct verdict trial_in(int folder, const char *path);

/* The same, in the folder of this name. */
struct verdict trial_of(const char *folder);

/*
 * The verdict on the volume of the folder that `opened` has open by O_PATH, or none where that is
 * an errno; `folder` is its path: from this process's table, else from the record that an earlier
 * process left in the private folder, else by trial. Bound to the mount, not to the device number,
 * which is used again after an unmount. Safe in threads.
 */
struct verdict verdict_of(int opened, const char *folder);

const char *trial_step_name(enum trial_step step);

/* The text of a verdict's record, and back; false where the text is no record. */
enum { VERDICT_TEXT_SIZE = 48 };
void verdict_format(const struct verdict *verdict, char text[VERDICT_TEXT_SIZE]);
bool verdict_parse(const char *text, struct verdict *verdict);

#pragma GCC visibility pop

#endif
