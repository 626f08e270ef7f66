#ifndef QLSHIM_COMMAND_ACCOUNT_H
#define QLSHIM_COMMAND_ACCOUNT_H

#include "identity/account.h"

/*
 * The system's users and groups as /etc/passwd and /etc/group have them. A static program cannot
 * ask NSS, so those of a directory service are not known to it.
 */
extern const struct account_system files_system;

#endif
