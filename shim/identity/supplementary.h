/*
 * Names for the process's groups that the system does not know: of an fsGroup, a --group-add, a
 * gid that a container's engine has made up.
 */
#ifndef QLSHIM_IDENTITY_SUPPLEMENTARY_H
#define QLSHIM_IDENTITY_SUPPLEMENTARY_H

#include <grp.h>
#include <stdbool.h>

#include "identity/account.h"

struct supplementary {
    struct group group; /* its strings are in here, too */
    char *no_members[1];
    char name[sizeof "g4294967295"];
};

/*
 * Fills in `g<gid>` for one of the process's supplementary groups as they are at the call, where
 * the system is sure to know neither this gid nor that name. Else false, also for the effective
 * gid: that is the account's to name, but for root, who has none. Asks the system: not for signal
 * handlers or after vfork.
 */
bool supplementary_by_gid(const struct account_system *system, gid_t gid,
                          struct supplementary *supplementary);

/* The same by the name. */
bool supplementary_by_name(const struct account_system *system, const char *name,
                           struct supplementary *supplementary);

#endif
