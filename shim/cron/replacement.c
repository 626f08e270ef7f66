#include "cron/replacement.h"

#include <errno.h>
#include <stdbool.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "cron/program.h"

/*
 * A byte more. What was cut off because the disk was full ends at a block's end, so on a disk that
 * is still full there is no room for it.
 */
static int try_to_append(int fd) {
    struct stat status;
    int error = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH);
    if (error != 0)
        return error;
    ssize_t written = write_quietly(fd, "\n", 1);
    return written < 0 ? (int)written : kernel_ftruncate(fd, status.st_size);
}

/* Whether there was no room, and not that the volume does not append (EPERM, EBADF): whatever has
 * been written is there then. */
static bool is_full(int error) {
    return error == -ENOSPC || error == -EDQUOT || error == -EFBIG || error == -EIO;
}

/*
 * busybox's crontab says that it could not write, and renames what it has all the same
 * (miscutils/crontab.c): the old crontab would be lost. Network volumes report a full disk only
 * when the file is closed.
 */
int cron_replacement_error(const char *path) {
    if ((cron_traits & CRON_RENAMES_HALVES) == 0)
        return 0;
    int fd = kernel_open(path, O_WRONLY | O_APPEND | O_NOFOLLOW, 0);
    if (fd < 0)
        return 0; /* which rename tells best */
    int error = try_to_append(fd);
    int close_error = kernel_close(fd);
    if (is_full(error))
        return error;
    return is_full(close_error) ? close_error : 0;
}
