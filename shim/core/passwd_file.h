#ifndef QLSHIM_CORE_PASSWD_FILE_H
#define QLSHIM_CORE_PASSWD_FILE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether the passwd file at `path` (passwd(5)) has an entry for the uid. A quick look that needs
 * no libc, for where getpwuid(3) costs too much or cannot be called: safe after vfork and in signal
 * handlers. A uid that only NSS knows, from LDAP say, is not in it. The same for a gid in a group
 * file (group(5)), whose first fields are alike.
 */
bool passwd_file_has(const char *path, uid_t uid);

/* The same for a name. */
bool passwd_file_has_name(const char *path, const char *name);

#endif
