#include "command/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"

/* O_NONBLOCK: another's lease on a file would hold up an open (fcntl(2), F_SETLEASE). */
int open_regular(const char *path) {
    char pinned[DESCRIPTOR_PATH_SIZE];
    struct stat status;
    int looked_at = open(path, O_PATH | O_CLOEXEC);
    if (looked_at < 0)
        return -1;
    descriptor_path(looked_at, pinned);
    int fd = -1;
    if (fstat(looked_at, &status) == 0 && S_ISREG(status.st_mode))
        fd = open(pinned, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    else
        errno = EINVAL;
    close(looked_at);
    return fd;
}
