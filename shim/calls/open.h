#ifndef QLSHIM_CALLS_OPEN_H
#define QLSHIM_CALLS_OPEN_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Whether an open with `flags` would write over a marker: then errno is ENXIO, a socket's. */
bool open_refused(int directory, const char *path, int flags);

/* As truncate(2) has it: EINVAL. */
bool truncate_refused(const char *path);

/* The flags of open(2), as far as open_refused asks, for a mode of fopen(3). */
int open_flags_of(const char *mode);

#pragma GCC visibility pop

#endif
