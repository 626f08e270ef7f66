/*
 * What the doors of getpwnam(3) and getgrnam(3) share. The system is asked first. Where it knows no
 * entry for the process's own uid or gid, that is remembered, and from then on the account answers
 * without asking again.
 */
#ifndef QLSHIM_CALLS_ACCOUNT_H
#define QLSHIM_CALLS_ACCOUNT_H

#include "core/own.h"
#include "core/text.h"
#include "identity/account.h"

/* What the system itself knows: the next definitions of getpwuid_r(3) and its kin. */
extern OWN const struct account_system account_system;

/*
 * Whether a look-up that found nothing, with this errno, really says that there is no entry
 * (getpwnam(3) lists many); the others mean that somebody who may know it could not be asked.
 */
bool says_missing(int error);

/* Likewise whether an enumeration is at its end: ENOENT always says so there. */
bool says_end(int error);

/* The process's own entry, where the system has none for it; else NULL. May ask the system. */
const struct passwd *account_own_user(void);
const struct group *account_own_group(void);

/* The same where it was found out before, without asking. */
static inline const struct passwd *account_known_user(void) {
    const struct account *account = account_known();
    return account != NULL && account->user_missing ? &account->user : NULL;
}

static inline const struct group *account_known_group(void) {
    const struct account *account = account_known();
    return account != NULL && account->group_missing ? &account->group : NULL;
}

/*
 * Puts another home into the system's own entry of the process's uid (not root's) where that is
 * nobody's choice; NULL is no entry. The text is the account's, immutable and never freed, so that
 * it needs no room in a caller's buffer.
 */
void account_correct_home(struct passwd *entry);

/* Whether the name is that of the process's own uid, be it the account's or the system's. */
bool account_is_own_name(const char *name);

static inline bool is_uid(const struct passwd *user, uid_t uid) {
    return user != NULL && user->pw_uid == uid;
}

static inline bool is_user(const struct passwd *user, const char *name) {
    return user != NULL && name != NULL && text_equal(user->pw_name, name);
}

static inline bool is_gid(const struct group *group, gid_t gid) {
    return group != NULL && group->gr_gid == gid;
}

static inline bool is_group(const struct group *group, const char *name) {
    return group != NULL && name != NULL && text_equal(group->gr_name, name);
}

#endif
