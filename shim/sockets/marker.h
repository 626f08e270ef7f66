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
#include <stdint.h>
#include <sys/stat.h>

#include "sockets/address.h"

#pragma GCC visibility push(hidden)

/* The exact size of a file marker: odd on purpose, so that few other files are ever looked into. */
enum { MARKER_SIZE = 199 };

/*
 * Makes a marker at `path`, exclusively: -EEXIST where anything is there. Where the volume shows
 * another owner of what this process's user makes, that is recorded beside the socket's address.
 */
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

/* A marker that was found, and what is at its address. */
struct marker {
    /* Of the marker: type, mode, size, owner, device, inode, ctime and mtime; nothing else. */
    struct stat status;
    struct stat socket; /* of the real socket, where there is one */
    int error;          /* 0 where there is; -ENOENT: none; -EACCES: this process may not look */
    bool others;        /* its socket is in another user's private folder, not root's */
    bool only_roots;    /* it speaks because it is root's, of another user's socket */
    char address[SOCKET_PATH_SIZE];
};

/*
 * The marker at `path`: 0, -ENOENT where there is none, or why one could not be looked for. A
 * marker speaks only for a socket of its own owner's: it is root's, or of the user whose private
 * folder it leads to, or of the socket's owner, or that user has recorded that his volume shows it
 * as it does. To everybody else it is the file or link that it is. Where another now holds the
 * folder's name, its socket is gone. Cannot block. Opens nothing but a regular file of a volume
 * where a marker may be one. Follows no link, but with `follow` those to a marker, which are the
 * kernel's to allow. Remembers that this process has met a marker.
 */
int marker_find(int directory, const char *path, bool follow, struct marker *marker);

/*
 * The same for a connect to `path`, which follows. Others do not look behind another user's file
 * marker, nor behind a link that is not followed, but in the places of private folders
 * (vouch_may_look).
 */
int marker_find_peer(const char *path, struct marker *marker);

/*
 * Whether marker_find, which said `failure`, could not look, for want of descriptors or memory, at
 * a link that has the form of a marker. Others can see to that, and natively such a link is
 * followed.
 */
bool marker_unread(int failure, int directory, const char *path);

/* Whether there is a marker, and its socket. */
bool marker_leads_to_socket(int directory, const char *path, bool follow, struct marker *marker);

/*
 * What struct marker holds of the file at `path`, with the flags of fstatat(2), and the id of its
 * mount where that is one which is never used again (Linux 6.8), else 0. Returns 0 or a negative
 * errno. The time of the last read is not asked for: after each, a volume's server would be asked
 * for it.
 */
int marker_look(int directory, const char *path, int flags, struct stat *status, uint64_t *mount);

/*
 * For a marker whose status and address are known: as marker_find, looks at what is at the address,
 * and whether the marker speaks for it.
 */
int marker_check(struct marker *marker);

/*
 * Whether what is done to the marker is to be done to its socket: not where it only speaks because
 * it is root's, as does one that root's tar(1) unpacks for another user and is about to chown.
 */
bool marker_changes_socket(const struct marker *marker);

/* Whether a link lies at `path`, which may lead to a marker: one readlink(2). */
bool marker_any_link_at(int directory, const char *path);

/* The folder of `path`, opened by O_PATH, or a negative errno. */
int folder_of_path(int directory, const char *path);

/* Whether a link lies at `path` that has the form of a marker: one readlink(2). */
bool marker_link_at(int directory, const char *path);

/* Whether a marker may lie at `path`, or a link that may lead to one: one lstat(2). */
bool marker_may_lie_at(int directory, const char *path);

/*
 * Whether open(2) for writing, or truncate(2), would write into a marker at `path`, or make a file
 * where one leads whose socket is gone. Nearly always one system call, and none is a message to a
 * volume that the native call would not send. `flags` are open's.
 */
bool marker_would_be_written(int directory, const char *path, int flags);

/*
 * Whether this process has met a marker or a volume that needs them. Until then the doors do not
 * look for markers where the native call succeeded.
 */
extern bool markers_were_met; /* for these two only */
static inline bool markers_met(void) {
    return __atomic_load_n(&markers_were_met, __ATOMIC_RELAXED);
}
void markers_note(void);

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

#pragma GCC visibility pop

#endif
