/*
 * The marker: what stands at a socket's path on a volume that refuses sockets, and holds the
 * address where the socket really is. A symbolic link to that address where the volume takes links,
 * so that processes without the shim connect as well; else a regular file of one fixed size.
 *
 * It holds the address itself, so it survives rename, chdir, bind mounts and case folding.
 *
 * Paths are relative to a directory descriptor or AT_FDCWD, as in openat(2). Errors are negative
 * errnos. Everything here is safe in threads and signal handlers.
 */
#ifndef QLSHIM_SOCKETS_MARKER_H
#define QLSHIM_SOCKETS_MARKER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/own.h"
#include "sockets/address.h"

/* The exact size of a file marker: odd on purpose, so that few other files are ever looked into. */
enum { MARKER_SIZE = 199 };

/* Makes a marker at `path`, exclusively: -EEXIST where anything is there. */
int marker_create(int directory, const char *path, const char *address, bool symlink);

/* Whether what lstat(2) said of a symbolic link can be said of a marker. */
bool marker_link_possible(const struct stat *status);

/*
 * Whether what lstat(2) said of a file can be a marker at all. False for nearly every file, without
 * a system call.
 */
static inline bool marker_possible(const struct stat *status) {
    if (S_ISREG(status->st_mode))
        return status->st_size == MARKER_SIZE;
    return S_ISLNK(status->st_mode) && marker_link_possible(status);
}

/*
 * The address that the marker at `path` holds, and its type, mode, size and device in `status`,
 * where it is one and its address is to be trusted: inside a `.qlshim-<uid>` folder that is owned
 * by the uid in its name and that nobody else may write. Cannot block. Follows no link, but with
 * `follow` one that somebody else made to a file marker. Remembers that this process has met a
 * marker.
 */
bool marker_read(int directory, const char *path, bool follow, struct stat *status,
                 char address[SOCKET_PATH_SIZE]);

/* As marker_read: 0, -ENOENT where there is no marker, or why one could not be looked for. */
int marker_find(int directory, const char *path, bool follow, struct stat *status,
                char address[SOCKET_PATH_SIZE]);

/*
 * The address in a file marker at `path`, where this process has come by one before: in fewer
 * messages to the volume's server than marker_read, without a look at what lies there. If that is
 * no marker any more it is opened for a moment, so that a lock of this process on it is dropped
 * (fcntl(2)) and the writer of a FIFO sees a reader; nothing is taken out. False where there is
 * none, or marker_read knows better.
 */
bool marker_read_again(const char *path, char address[SOCKET_PATH_SIZE]);

/* What lies at an address that marker_read gave: 0 for a socket, else a negative errno. */
int marker_socket(const char *address, struct stat *status);

/*
 * Whether this process has met a marker or a volume that needs them. Until then the doors do not
 * look for markers where the native call succeeded.
 */
extern OWN bool markers_were_met; /* for these two only */
static inline bool markers_met(void) {
    return __atomic_load_n(&markers_were_met, __ATOMIC_RELAXED);
}
void markers_note(void);

/* Makes the file marker at `path` readable to everybody, as it was made; a link has no mode. */
void marker_restore_mode(int directory, const char *path);

/* Removes the marker at `path` if it still is one for `address`. */
void marker_remove(int directory, const char *path, const char *address);

/*
 * The address in a file marker's content, `size` bytes as read from a foreign volume. Nothing but
 * the exact form passes.
 */
bool marker_parse(const char *bytes, size_t size, char address[SOCKET_PATH_SIZE],
                  struct private_address *parts);

/* The content for `address`: always MARKER_SIZE bytes. */
void marker_format(const char *address, char bytes[MARKER_SIZE]);

#endif
