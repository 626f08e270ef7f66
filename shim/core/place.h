/*
 * A place is a folder that others cannot exchange for one of theirs: what is reached by its path
 * now is what will be reached by it later.
 */
#ifndef QLSHIM_CORE_PLACE_H
#define QLSHIM_CORE_PLACE_H

#include <sys/types.h>

#pragma GCC visibility push(hidden)

/*
 * An O_PATH descriptor of the folder at the absolute `path`, which is walked from the root, without
 * anybody's link, through folders whose entries nobody but root, `owner` and the process's own user
 * may exchange: theirs, and writable by others only with the sticky bit (inode(7)). The folder
 * itself is for the caller to judge. -EPERM where another may exchange what lies there, -ENOTDIR
 * where a link is on the way, or the kernel's negative errno. Safe in threads and signal handlers.
 */
int place_open(const char *path, uid_t owner);

/*
 * The same walk, where `judge` says of each folder on the way whether its entries are safe from
 * others: 0, or a negative errno, which ends it. The folder is `path` below `fd`, or `fd` itself
 * where that is empty.
 */
typedef int place_check_function(int fd, const char *path, uid_t owner);
int place_walk(const char *path, place_check_function *judge, uid_t owner);

/* 0 where entries of the folder `fd` are as safe as those on the way, else a negative errno. */
int place_check(int fd, uid_t owner);

#pragma GCC visibility pop

#endif
