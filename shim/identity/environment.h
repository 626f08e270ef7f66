#ifndef QLSHIM_IDENTITY_ENVIRONMENT_H
#define QLSHIM_IDENTITY_ENVIRONMENT_H

#include <stdbool.h>

#include "identity/account.h"

/*
 * Sets HOME, USER and LOGNAME where they are missing or of no use and the process's uid has no
 * name: HOME to the account's home where it is unset, "/", or cannot be written; USER and LOGNAME
 * to its name where they are unset or another user's. For a user with a name only a HOME that is
 * nobody's choice (home_unwanted) is replaced: by his entry's, or by account_get_with_home's.
 * `environ` then points to a vector of the shim's own; the old one, which musl hands to main, is
 * not touched. Returns whether anything was set.
 *
 * Where all three are there and HOME can be written, as in the children of a process that has been
 * here, it costs one system call; for root none. For use at load, before there are threads.
 */
bool identity_set_environment(const struct account_system *system);

/*
 * Another HOME for a user with a name, written to `home`, where `value`, which he has, is nobody's
 * choice: his entry's, where that is of use and QLSHIM_HOME not set, else account_get_with_home's.
 * False where he keeps what he has: without HOME programs ask for the entry.
 */
bool identity_replace_home(const char *value, const struct account_system *system,
                           char home[FOLDER_LONGEST + 1]);

#endif
