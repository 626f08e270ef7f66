#include "calls/open.h"

#include <errno.h>
#include <fcntl.h>

#include "calls/sockets_wanted.h"
#include "sockets/marker.h"

/* A socket cannot be opened (open(2)). With O_EXCL or O_PATH nothing that is there is written. */
bool open_refused(int directory, const char *path, int flags) {
    if ((flags & (O_ACCMODE | O_TRUNC)) == 0 || (flags & (O_EXCL | O_PATH)) != 0 ||
        !sockets_wanted() || !marker_would_be_written(directory, path, flags))
        return false;
    errno = ENXIO;
    return true;
}

bool truncate_refused(const char *path) {
    if (!open_refused(AT_FDCWD, path, O_TRUNC))
        return false;
    errno = EINVAL;
    return true;
}

int open_flags_of(const char *mode) {
    int flags = mode[0] == 'r' ? O_RDONLY : O_TRUNC;
    for (; *mode != '\0' && *mode != ','; mode++)
        flags |= *mode == '+' ? O_RDWR : *mode == 'x' ? O_EXCL : 0;
    return flags;
}
