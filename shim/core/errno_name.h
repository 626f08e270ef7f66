#ifndef QLSHIM_CORE_ERRNO_NAME_H
#define QLSHIM_CORE_ERRNO_NAME_H

/*
 * The symbol of an error number ("EIO"), or "unknown error" where errno(3) has none that a file or
 * a socket gives. strerror(3) would allocate and depends on the locale. Safe everywhere.
 */
const char *errno_name(int error);

#endif
