/* What doctor looks at. Each function reports what it finds. */
#ifndef QLSHIM_COMMAND_DOCTOR_DOCTOR_H
#define QLSHIM_COMMAND_DOCTOR_DOCTOR_H

#include <stdbool.h>

/* Who wants to know of a folder: then what is wrong with it is the reader's to mend. */
enum folder_interest {
    INTEREST_NONE,    /* it happens to be there: the current folder, HOME */
    INTEREST_SETTING, /* a setting names it, or a program is known to keep its data there */
    INTEREST_ASKED    /* the reader named it */
};

/*
 * A folder: its filesystem, whether it can be written, and whether it takes sockets, by a trial.
 * One that is missing is reported where it was asked for. False, and nothing is reported, where
 * `path` is something else than a folder. Never waits long for a volume that does not answer.
 */
bool examine_folder(const char *path, enum folder_interest interest);

/*
 * Whether the file or folder that the variable `name` holds is on a volume that answers. One that
 * is not is reported: the library itself would wait for it, and so would what else doctor looks at.
 */
bool examine_answer(const char *name, const char *path);

/* The private folder, on which every redirect depends. */
void examine_private_folder(void);

/*
 * Whether QLSHIM_WRITABLE can make the folder writable: one of the container's own root, that this
 * user can read and not write. False for root.
 */
bool folder_is_image(const char *path);

/* Whether the setting makes the folder, which is there, writable. */
bool folder_is_view(const char *path);

/* What the setting does, or would do, about such a folder; `asked`: the reader is to see to it. */
struct finding;
void advise_writable(struct finding *finding, const char *folder, bool asked);

/* A path that is not there: whether the folder in which it would be made is such a one, which is
 * reported. */
bool examine_place_of(const char *path, bool asked);

/* The folders that QLSHIM_WRITABLE names, the second library, and where what is written lies. */
void examine_writable(void);

/* The uid, the gid, HOME. */
void examine_identity(void);

/* crontab and the daemons that are found, and what stops them. */
void examine_cron(void);

/* A program: whether a preload reaches it. */
void examine_program(const char *path);

/* The programs in PATH that a preload does not reach, a line each kind. */
void examine_search_path(void);

/* The container engines that are found here, and whether they read what `qlshim cdi` prints. */
void examine_engines(void);

/* What is wrong with a library's file that is there; a finding that is fine stays so. */
void examine_library_file(const char *path, struct finding *finding);

/* The library, LD_PRELOAD, and settings with a value that cannot be used. */
void examine_preload(void);

#endif
