/*
 * What a marker looks like to programs: a socket, with the real one's mode and owner.
 *
 * A link marker looks in lstat(2) as in stat(2), which follows it: like the real socket. A file
 * marker keeps its own inode, device and times. Where the real socket is gone, either is a socket
 * that nobody listens on. Nothing here touches errno; safe in threads and signal handlers.
 */
#ifndef QLSHIM_SOCKETS_APPEARANCE_H
#define QLSHIM_SOCKETS_APPEARANCE_H

#include <stdbool.h>
#include <sys/stat.h>

#pragma GCC visibility push(hidden)

struct statx; /* not every C library declares it in sys/stat.h */

/* To call where marker_possible says so of what the native stat found at `path`. */
void appear_as_socket(int directory, const char *path, bool follow, struct stat *status);
void appear_as_socket_statx(int directory, const char *path, bool follow, struct statx *status);

/* As marker_possible. */
bool marker_possible_statx(const struct statx *status);

#pragma GCC visibility pop

#endif
