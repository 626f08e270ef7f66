#ifndef QLSHIM_CORE_DESCRIPTOR_H
#define QLSHIM_CORE_DESCRIPTOR_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

enum { DESCRIPTOR_PATH_SIZE = sizeof "/proc/self/fd/2147483647" };

/*
 * A path to what `fd` has open (proc(5), /proc/pid/fd), for calls that take no O_PATH descriptor.
 * Where /proc is not mounted there is nothing (ENOENT).
 */
void descriptor_path(int fd, char path[DESCRIPTOR_PATH_SIZE]);

/*
 * The path without links of what `fd` has open, in `path`: 0, -ENAMETOOLONG where it has not room
 * there with its NUL, or a negative errno.
 */
int descriptor_target(int fd, char *path, size_t size);

/*
 * write(2), but a pipe that nobody reads, or a file that is as large as the process may make one
 * (RLIMIT_FSIZE), does not end the program: the signal that comes with the error is taken back.
 * Returns the number of bytes, or a negative errno.
 */
ssize_t write_quietly(int fd, const void *bytes, size_t size);

/*
 * Opens a regular file to read it, without waiting for another's lease (fcntl(2), F_SETLEASE), and
 * `status` gets what it is; `flags` may have O_NOFOLLOW. -ESTALE where something else lies there,
 * or a negative errno. Names come from what others may write, and to open a FIFO or a device waits,
 * or does something.
 */
int open_regular(const char *path, int flags, struct stat *status);

/* Makes the file and opens it for writing: -EEXIST where anything is there. */
int create_exclusively(int directory, const char *path, mode_t mode);

#pragma GCC visibility pop

#endif
