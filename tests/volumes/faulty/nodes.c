/* The files that the kernel knows of, by path, and how they show. */
#include "volumes/faulty/faulty.h"

#include <err.h>

int root;
static struct node root_node = {.path = "."};
static struct node *nodes; /* by path; a socket under `connect` is in it no more */

struct node *node_of(fuse_ino_t inode) {
    return inode == FUSE_ROOT_ID ? &root_node : (struct node *)inode;
}

static fuse_ino_t inode_of(const struct node *node) {
    return node == &root_node ? FUSE_ROOT_ID : (fuse_ino_t)node;
}

const char *path_of(fuse_ino_t inode) {
    return node_of(inode)->path;
}

void child_path(char path[PATH_MAX], fuse_ino_t parent, const char *name) {
    if (parent == FUSE_ROOT_ID)
        snprintf(path, PATH_MAX, "%s", name);
    else
        snprintf(path, PATH_MAX, "%s/%s", path_of(parent), name);
}

static struct node *remember(const char *path) {
    struct node *node = NULL;
    HASH_FIND_STR(nodes, path, node);
    if (node == NULL) {
        node = calloc(1, sizeof *node);
        if (node == NULL || (node->path = strdup(path)) == NULL)
            err(1, "no memory");
        HASH_ADD_KEYPTR(hh, nodes, node->path, strlen(node->path), node);
    }
    return node;
}

/* Takes the node out of the table: its path is free, or to be another inode from now on. */
static void detach(struct node *node) {
    struct node *found = NULL;
    HASH_FIND_STR(nodes, node->path, found);
    if (found == node)
        HASH_DEL(nodes, node);
}

void forget_path(const char *path) {
    struct node *node = NULL;
    HASH_FIND_STR(nodes, path, node);
    if (node != NULL)
        HASH_DEL(nodes, node);
}

void forget_node(fuse_ino_t inode, uint64_t lookups) {
    struct node *node = node_of(inode);
    if (node == &root_node || (node->lookups -= lookups) != 0)
        return;
    detach(node);
    free(node->path);
    free(node);
}

static void move_node(struct node *node, const char *from, const char *to) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", to, node->path + strlen(from));
    HASH_DEL(nodes, node);
    free(node->path);
    node->path = strdup(path);
    HASH_ADD_KEYPTR(hh, nodes, node->path, strlen(node->path), node);
}

void move_nodes(const char *from, const char *to) {
    struct node *node;
    struct node *next;
    size_t length = strlen(from);
    HASH_ITER(hh, nodes, node, next) {
        if (strncmp(node->path, from, length) == 0 &&
            (node->path[length] == '\0' || node->path[length] == '/'))
            move_node(node, from, to);
    }
}

int attributes(struct node *node, struct stat *status) {
    if (fstatat(root, node->path, status, AT_SYMLINK_NOFOLLOW) != 0)
        return -errno;
    if (!S_ISSOCK(status->st_mode))
        return 0;
    node->shown++;
    if (faults.stat != 0)
        return -faults.stat;
    if (faults.stat_later != 0 && node->shown > 1)
        return -faults.stat_later;
    if (faults.regular != 0 && node->shown > 1)
        status->st_mode = S_IFREG | (status->st_mode & 07777);
    return 0;
}

int enter(const char *path, struct fuse_entry_param *entry) {
    struct stat status;
    if (fstatat(root, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return -errno;
    if (S_ISSOCK(status.st_mode) && faults.connect != 0)
        forget_path(path);
    struct node *node = remember(path);
    memset(entry, 0, sizeof *entry);
    int error = attributes(node, &entry->attr);
    if (error != 0)
        return error;
    entry->ino = inode_of(node);
    node->lookups++;
    return 0;
}

void reply_entry(fuse_req_t request, const char *path) {
    struct fuse_entry_param entry;
    int error = enter(path, &entry);
    if (error != 0)
        fuse_reply_err(request, -error);
    else
        fuse_reply_entry(request, &entry);
}
