/* What the files of this volume share. */
#ifndef QLSHIM_TESTS_FAULTY_H
#define QLSHIM_TESTS_FAULTY_H

#define FUSE_USE_VERSION 312
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

/* --- faults.c: the switches --------------------------------------------------------------------*/

/* Each an errno, or 0. */
struct faults {
    int mknod, debris, chmod, stat, stat_later, regular, connect, owner, unlink, symlink, link;
};

extern struct faults faults;

/* FAULT[=ERRNO]; false where there is none of that name. */
bool set_fault(const char *argument);

/* --- nodes.c: the files that the kernel knows of -----------------------------------------------*/

/* By its path below the mirrored folder ("." for that itself). */
struct node {
    char *path;
    uint64_t lookups;
    unsigned shown; /* how often its attributes were given as a socket's */
    UT_hash_handle hh;
};

extern int root; /* the mirrored folder, O_PATH */

struct node *node_of(fuse_ino_t inode);
const char *path_of(fuse_ino_t inode);
void child_path(char path[PATH_MAX], fuse_ino_t parent, const char *name);

/* The path is free, or to be another inode from now on. */
void forget_path(const char *path);
void forget_node(fuse_ino_t inode, uint64_t lookups);
void move_nodes(const char *from, const char *to);

/* The attributes as the volume shows them, faults included; a negative errno on failure. */
int attributes(struct node *node, struct stat *status);
int enter(const char *path, struct fuse_entry_param *entry);
void reply_entry(fuse_req_t request, const char *path);

/* --- entries.c and files.c: what the kernel asks -----------------------------------------------*/

void add_entry_operations(struct fuse_lowlevel_ops *operations);
void add_file_operations(struct fuse_lowlevel_ops *operations);

#endif
