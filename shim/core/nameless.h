#ifndef QLSHIM_CORE_NAMELESS_H
#define QLSHIM_CORE_NAMELESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether the system is sure to know no user of this uid, for where getpwuid(3) cannot be called:
 * between vfork and exec, and in a static program. /etc/passwd is read; where nsswitch.conf(5)
 * names more than files, getent(1) is started with `library` (an absolute path) preloaded and
 * waited for, since only a program of its own can ask NSS there. A uid whose name could not be
 * asked for counts as one with a name. Raw system calls only, nothing kept; the child is nobody's
 * to wait for and raises no SIGCHLD.
 */
bool nameless(uid_t uid, const char *library);

#endif
