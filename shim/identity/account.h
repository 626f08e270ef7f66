/*
 * The account of a uid without one: what getpwuid(3) and its kin answer for the process's own uid,
 * and getgrgid(3) for its own gid, where the system knows no entry. Nobody else's answers change.
 */
#ifndef QLSHIM_IDENTITY_ACCOUNT_H
#define QLSHIM_IDENTITY_ACCOUNT_H

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/settings.h"

struct account {
    struct passwd user;
    struct group group;
    bool user_missing;  /* the system knows no entry for the uid: `user` is the answer */
    bool group_asked;   /* whether it was found out what follows, and the name in `group` */
    bool group_missing; /* likewise for the gid and `group` */
    const struct account *older; /* of this process, that was found out before */
    char *no_members[1];
    char name[USER_NAME_LONGEST + 1];
    char group_name[USER_NAME_LONGEST + 1];
    char home[FOLDER_LONGEST + 1];
    char shell[FOLDER_LONGEST + 1];
};

/* An answer of the system's. A service that is away has not said that there is nobody. */
enum entry { ENTRY_MISSING, ENTRY_THERE, ENTRY_UNKNOWN };

/*
 * How to ask the system itself: whether it has a user or a group of this name, uid or gid. Given by
 * the caller, so that a test can say what the system knows.
 */
struct account_system {
    enum entry (*find_user)(const char *name);
    enum entry (*find_uid)(uid_t uid);
    enum entry (*find_group)(const char *name);
    enum entry (*find_gid)(gid_t gid);
    /* Writes the home of a uid that has an entry; false where it has none, or one too long. */
    bool (*find_home)(uid_t uid, char home[FOLDER_LONGEST + 1]);
};

/*
 * The account of this process's uid and gid as they are now, found out at the first call and kept.
 * NULL where the uid is root's, the shim is inactive, or memory is short; and where the system
 * could not say, which is asked again at the next call. The name is QLSHIM_USER, else USER or
 * LOGNAME, where it is valid and nobody else's, else `u<uid>`; the home as account_home has it.
 * Immutable once returned, never freed: safe in threads and after fork.
 */
const struct account *account_get(const struct account_system *system);

/*
 * The same, with the group's part found out as well (where the system can say): another two looks
 * through a file, which most programs never need.
 */
const struct account *account_get_with_group(const struct account_system *system);

/* The same, with a home for a user with a name as well; NULL where memory is short, too. */
const struct account *account_get_with_home(const struct account_system *system);

/*
 * The account where account_get has found it out already for the ids that the process has now; else
 * NULL. Two of the cheapest system calls; safe everywhere.
 */
const struct account *account_known(void);

/*
 * Copies an entry into a caller's buffer, as the _r functions do: 0, or ERANGE where `size` bytes
 * are not enough.
 */
int account_copy_user(const struct passwd *from, struct passwd *to, char *buffer, size_t size);
int account_copy_group(const struct group *from, struct group *to, char *buffer, size_t size);

#endif
