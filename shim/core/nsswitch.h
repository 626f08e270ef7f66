#ifndef QLSHIM_CORE_NSSWITCH_H
#define QLSHIM_CORE_NSSWITCH_H

#include <stdbool.h>

/*
 * Whether nsswitch.conf(5) at `path` sends glibc to /etc/passwd and /etc/group for users and
 * groups, and nowhere else. False where it is not there or cannot be read.
 */
bool nsswitch_names_files_only(const char *path);

#endif
