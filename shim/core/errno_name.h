#ifndef QLSHIM_CORE_ERRNO_NAME_H
#define QLSHIM_CORE_ERRNO_NAME_H

#include <stdbool.h>

/*
 * The symbol of an error number ("EIO"), or "unknown error" where errno(3) has none that a file or
 * a socket gives. strerror(3) would allocate and depends on the locale. Safe everywhere.
 */
const char *errno_name(int error);

/*
 * Whether a negative errno tells of this process or this machine, which has no descriptors or no
 * memory left or was interrupted, and nothing of what the call was about.
 */
bool errno_of_process(int error);

#endif
