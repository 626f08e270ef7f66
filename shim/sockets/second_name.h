/*
 * A second name for a socket where link(2) gives none: supervisord and ssh bind under a temporary
 * name, link the socket into place and unlink the temporary name.
 */
#ifndef QLSHIM_SOCKETS_SECOND_NAME_H
#define QLSHIM_SOCKETS_SECOND_NAME_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* The paths of linkat(2). */
struct second_name {
    int old_directory;
    const char *old_path;
    int new_directory;
    const char *new_path;
};

/*
 * After link(2) failed with `error`: 0 where the socket at the old path has the new one now, else
 * the errno that the program is to see, which is `error` where that is no socket of the shim's or
 * of the process's own user's. With `follow` a link at the old path is one to a file marker. Safe
 * in threads and signal handlers.
 */
int second_name_after_failure(int error, const struct second_name *names, bool follow);

/*
 * After link(2) succeeded: 0, or the errno that the program is to see. Where each name is an inode
 * of its own to the kernel (9p without a cache: fs/9p/vfs_inode_dotl.c; FUSE drivers that tell
 * files by their paths, as ntfs-3g), nobody is reached by a living socket's new name: it is moved
 * there, as where there are no hard links. One lstat for anything that is no socket. Safe in
 * threads and signal handlers.
 */
int second_name_after_success(const struct second_name *names);

/*
 * Whether these are the two names of the socket that this process moved last: rename(2) does
 * nothing where both are one file, and here it would put a link to itself, or a socket that nobody
 * answers, in the living one's place. A load and a test where none was moved.
 */
bool second_name_renamed(const char *old_path, const char *new_path);

#pragma GCC visibility pop

#endif
