#ifndef QLSHIM_CALLS_FILE_H
#define QLSHIM_CALLS_FILE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether a chmod is answered without the native call, because a marker lies at `path`; then
 * *result is its answer, and errno what it is to be.
 */
bool chmod_link(int directory, const char *path, mode_t mode, int flags, int saved_errno,
                int *result);

#endif
