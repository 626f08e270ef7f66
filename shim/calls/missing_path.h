#ifndef QLSHIM_CALLS_MISSING_PATH_H
#define QLSHIM_CALLS_MISSING_PATH_H

#include "calls/sockets_wanted.h"
#include "sockets/missing.h"

/* The program is told that `path`, which the kernel has read, is not there. */
static inline void note_missing(const char *path) {
    if (sockets_wanted())
        missing_note(path);
}

#endif
