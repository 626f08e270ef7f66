/*
 * A volume that refuses sockets in a way of the caller's choice: a mirror of a folder, on libfuse3,
 * with a switch for each fault.
 *
 *     faulty [FAULT[=ERRNO]]... FOLDER MOUNTPOINT
 *
 * Faults (all but the last two of sockets only):
 *     mknod=E        bind fails with E
 *     debris=E       bind fails with E and leaves an empty regular file, as FAT and rclone do
 *     chmod=E        chmod fails, after a good bind
 *     stat=E         looking a socket up fails, at once: so does bind, and the socket is left
 *     stat-later=E   looking a socket up fails from the second time on: bind succeeds
 *     regular        a socket shows as a regular file from the second time on
 *     connect        a socket is a new inode at every look: bind succeeds, nobody can connect
 *     unlink=E       unlink fails
 *     symlink=E      there are no symbolic links
 *     link=E         there are no hard links
 *
 * It stays in the foreground and ends when it is unmounted. The kernel caches nothing (timeouts of
 * zero), so that every fault shows at every call.
 */
#define FUSE_USE_VERSION 312
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>
#include <uthash.h>

static const struct {
    const char *name;
    int error;
} error_names[] = {{"EPERM", EPERM},   {"ENOTSUP", ENOTSUP}, {"EINVAL", EINVAL},
                   {"ENOSYS", ENOSYS}, {"EACCES", EACCES},   {"EIO", EIO}};

static struct {
    int mknod, debris, chmod, stat, stat_later, regular, connect, unlink, symlink, link;
} faults;

static const struct {
    const char *name;
    int *error;
} switches[] = {{"mknod", &faults.mknod},           {"debris", &faults.debris},
                {"chmod", &faults.chmod},           {"stat", &faults.stat},
                {"stat-later", &faults.stat_later}, {"regular", &faults.regular},
                {"connect", &faults.connect},       {"unlink", &faults.unlink},
                {"symlink", &faults.symlink},       {"link", &faults.link}};

/* A file that the kernel knows of, by its path below the mirrored folder ("." for that itself). */
struct node {
    char *path;
    uint64_t lookups;
    unsigned shown; /* how often its attributes were given as a socket's */
    UT_hash_handle hh;
};

static int root; /* the mirrored folder, O_PATH */
static struct node root_node = {.path = "."};
static struct node *nodes; /* by path; a socket under `connect` is in it no more */

static struct node *node_of(fuse_ino_t inode) {
    return inode == FUSE_ROOT_ID ? &root_node : (struct node *)inode;
}

static fuse_ino_t inode_of(const struct node *node) {
    return node == &root_node ? FUSE_ROOT_ID : (fuse_ino_t)node;
}

static const char *path_of(fuse_ino_t inode) {
    return node_of(inode)->path;
}

static void child_path(char path[PATH_MAX], fuse_ino_t parent, const char *name) {
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

static void forget_path(const char *path) {
    struct node *node = NULL;
    HASH_FIND_STR(nodes, path, node);
    if (node != NULL)
        HASH_DEL(nodes, node);
}

/* The attributes as the volume shows them, faults included; a negative errno on failure. */
static int attributes(struct node *node, struct stat *status) {
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

static int enter(const char *path, struct fuse_entry_param *entry) {
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

static void reply_entry(fuse_req_t request, const char *path) {
    struct fuse_entry_param entry;
    int error = enter(path, &entry);
    if (error != 0)
        fuse_reply_err(request, -error);
    else
        fuse_reply_entry(request, &entry);
}

static void do_lookup(fuse_req_t request, fuse_ino_t parent, const char *name) {
    char path[PATH_MAX];
    child_path(path, parent, name);
    reply_entry(request, path);
}

static void do_forget(fuse_req_t request, fuse_ino_t inode, uint64_t lookups) {
    struct node *node = node_of(inode);
    if (node != &root_node && (node->lookups -= lookups) == 0) {
        detach(node);
        free(node->path);
        free(node);
    }
    fuse_reply_none(request);
}

static void do_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file) {
    struct stat status;
    (void)file;
    int error = attributes(node_of(inode), &status);
    if (error != 0)
        fuse_reply_err(request, -error);
    else
        fuse_reply_attr(request, &status, 0);
}

static int change_mode(const char *path, mode_t mode) {
    struct stat status;
    if (fstatat(root, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    if (S_ISSOCK(status.st_mode) && faults.chmod != 0)
        return faults.chmod;
    return fchmodat(root, path, mode, 0) == 0 ? 0 : errno;
}

static int change_size(const char *path, off_t size) {
    int fd = openat(root, path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = ftruncate(fd, size) == 0 ? 0 : errno;
    close(fd);
    return error;
}

static int change_times(const char *path, const struct stat *wanted, int changes) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_OMIT}};
    if (changes & FUSE_SET_ATTR_ATIME)
        times[0] = wanted->st_atim;
    if (changes & FUSE_SET_ATTR_ATIME_NOW)
        times[0].tv_nsec = UTIME_NOW;
    if (changes & FUSE_SET_ATTR_MTIME)
        times[1] = wanted->st_mtim;
    if (changes & FUSE_SET_ATTR_MTIME_NOW)
        times[1].tv_nsec = UTIME_NOW;
    return utimensat(root, path, times, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

static void do_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *wanted, int changes,
                       struct fuse_file_info *file) {
    const char *path = path_of(inode);
    int error = 0;
    if (changes & FUSE_SET_ATTR_MODE)
        error = change_mode(path, wanted->st_mode & 07777);
    if (error == 0 && changes & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) {
        uid_t owner = changes & FUSE_SET_ATTR_UID ? wanted->st_uid : (uid_t)-1;
        gid_t group = changes & FUSE_SET_ATTR_GID ? wanted->st_gid : (gid_t)-1;
        error = fchownat(root, path, owner, group, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
    }
    if (error == 0 && changes & FUSE_SET_ATTR_SIZE)
        error = change_size(path, wanted->st_size);
    if (error == 0 && changes & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME))
        error = change_times(path, wanted, changes);
    if (error != 0)
        fuse_reply_err(request, error);
    else
        do_getattr(request, inode, file);
}

static void do_readlink(fuse_req_t request, fuse_ino_t inode) {
    char target[PATH_MAX];
    ssize_t length = readlinkat(root, path_of(inode), target, sizeof target - 1);
    if (length < 0) {
        fuse_reply_err(request, errno);
        return;
    }
    target[length] = '\0';
    fuse_reply_readlink(request, target);
}

/* What was made belongs to whom it was made for, not to this daemon. */
static void reply_made(fuse_req_t request, const char *path) {
    const struct fuse_ctx *caller = fuse_req_ctx(request);
    if (fchownat(root, path, caller->uid, caller->gid, AT_SYMLINK_NOFOLLOW) != 0)
        fuse_reply_err(request, errno);
    else
        reply_entry(request, path);
}

static void do_mknod(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode,
                     dev_t device) {
    char path[PATH_MAX];
    child_path(path, parent, name);
    int error = S_ISSOCK(mode) ? faults.mknod + faults.debris : 0;
    if (error != 0) {
        if (faults.debris != 0)
            mknodat(root, path, S_IFREG | (mode & 07777), 0);
        fuse_reply_err(request, error);
        return;
    }
    forget_path(path);
    if (mknodat(root, path, mode, device) != 0)
        fuse_reply_err(request, errno);
    else
        reply_made(request, path);
}

static void do_mkdir(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode) {
    char path[PATH_MAX];
    child_path(path, parent, name);
    if (mkdirat(root, path, mode) != 0)
        fuse_reply_err(request, errno);
    else
        reply_made(request, path);
}

static void do_symlink(fuse_req_t request, const char *target, fuse_ino_t parent,
                       const char *name) {
    char path[PATH_MAX];
    child_path(path, parent, name);
    if (faults.symlink != 0)
        fuse_reply_err(request, faults.symlink);
    else if (symlinkat(target, root, path) != 0)
        fuse_reply_err(request, errno);
    else
        reply_made(request, path);
}

static void do_link(fuse_req_t request, fuse_ino_t inode, fuse_ino_t parent, const char *name) {
    char path[PATH_MAX];
    child_path(path, parent, name);
    if (faults.link != 0)
        fuse_reply_err(request, faults.link);
    else if (linkat(root, path_of(inode), root, path, 0) != 0)
        fuse_reply_err(request, errno);
    else
        reply_entry(request, path);
}

static void do_unlink(fuse_req_t request, fuse_ino_t parent, const char *name) {
    char path[PATH_MAX];
    struct stat status;
    child_path(path, parent, name);
    if (faults.unlink != 0 && fstatat(root, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISSOCK(status.st_mode)) {
        fuse_reply_err(request, faults.unlink);
        return;
    }
    forget_path(path);
    fuse_reply_err(request, unlinkat(root, path, 0) == 0 ? 0 : errno);
}

static void do_rmdir(fuse_req_t request, fuse_ino_t parent, const char *name) {
    char path[PATH_MAX];
    child_path(path, parent, name);
    forget_path(path);
    fuse_reply_err(request, unlinkat(root, path, AT_REMOVEDIR) == 0 ? 0 : errno);
}

static void move_node(struct node *node, const char *from, const char *to) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", to, node->path + strlen(from));
    HASH_DEL(nodes, node);
    free(node->path);
    node->path = strdup(path);
    HASH_ADD_KEYPTR(hh, nodes, node->path, strlen(node->path), node);
}

static void do_rename(fuse_req_t request, fuse_ino_t parent, const char *name,
                      fuse_ino_t new_parent, const char *new_name, unsigned flags) {
    char from[PATH_MAX];
    char to[PATH_MAX];
    struct node *node;
    struct node *next;
    child_path(from, parent, name);
    child_path(to, new_parent, new_name);
    if (renameat2(root, from, root, to, flags) != 0) {
        fuse_reply_err(request, errno);
        return;
    }
    forget_path(to);
    size_t length = strlen(from);
    HASH_ITER(hh, nodes, node, next) {
        if (strncmp(node->path, from, length) == 0 &&
            (node->path[length] == '\0' || node->path[length] == '/'))
            move_node(node, from, to);
    }
    fuse_reply_err(request, 0);
}

static void do_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file) {
    int fd = openat(root, path_of(inode), (file->flags & ~O_CREAT) | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        fuse_reply_err(request, errno);
        return;
    }
    file->fh = (uint64_t)fd;
    fuse_reply_open(request, file);
}

static void do_create(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode,
                      struct fuse_file_info *file) {
    const struct fuse_ctx *caller = fuse_req_ctx(request);
    struct fuse_entry_param entry;
    char path[PATH_MAX];
    child_path(path, parent, name);
    int fd = openat(root, path, file->flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode);
    int error = fd < 0 || fchown(fd, caller->uid, caller->gid) != 0 ? -errno : enter(path, &entry);
    if (error != 0) {
        if (fd >= 0)
            close(fd);
        fuse_reply_err(request, -error);
        return;
    }
    file->fh = (uint64_t)fd;
    fuse_reply_create(request, &entry, file);
}

static void do_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
                    struct fuse_file_info *file) {
    struct fuse_bufvec bytes = FUSE_BUFVEC_INIT(size);
    (void)inode;
    bytes.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK;
    bytes.buf[0].fd = (int)file->fh;
    bytes.buf[0].pos = offset;
    fuse_reply_data(request, &bytes, 0);
}

static void do_write(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t size,
                     off_t offset, struct fuse_file_info *file) {
    (void)inode;
    ssize_t written = pwrite((int)file->fh, bytes, size, offset);
    if (written < 0)
        fuse_reply_err(request, errno);
    else
        fuse_reply_write(request, (size_t)written);
}

static void do_release(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file) {
    (void)inode;
    fuse_reply_err(request, close((int)file->fh) == 0 ? 0 : errno);
}

static void do_fsync(fuse_req_t request, fuse_ino_t inode, int data, struct fuse_file_info *file) {
    (void)inode;
    (void)data;
    fuse_reply_err(request, fsync((int)file->fh) == 0 ? 0 : errno);
}

static void do_readdir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
                       struct fuse_file_info *file) {
    (void)file;
    char buffer[4096];
    size_t used = 0;
    size_t room = size < sizeof buffer ? size : sizeof buffer;
    int fd = openat(root, path_of(inode), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        fuse_reply_err(request, errno);
        return;
    }
    if (offset != 0)
        seekdir(folder, offset);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t)DTTOIF(entry->d_type)};
        size_t needed = fuse_add_direntry(request, buffer + used, room - used, entry->d_name,
                                          &status, telldir(folder));
        if (needed > room - used)
            break;
        used += needed;
    }
    closedir(folder);
    fuse_reply_buf(request, buffer, used);
}

static void do_statfs(fuse_req_t request, fuse_ino_t inode) {
    struct statvfs status;
    (void)inode;
    if (fstatvfs(root, &status) != 0)
        fuse_reply_err(request, errno);
    else
        fuse_reply_statfs(request, &status);
}

static const struct fuse_lowlevel_ops operations = {
    .lookup = do_lookup,
    .forget = do_forget,
    .getattr = do_getattr,
    .setattr = do_setattr,
    .readlink = do_readlink,
    .mknod = do_mknod,
    .mkdir = do_mkdir,
    .symlink = do_symlink,
    .link = do_link,
    .unlink = do_unlink,
    .rmdir = do_rmdir,
    .rename = do_rename,
    .open = do_open,
    .create = do_create,
    .read = do_read,
    .write = do_write,
    .release = do_release,
    .fsync = do_fsync,
    .readdir = do_readdir,
    .statfs = do_statfs,
};

static bool set_fault(const char *argument) {
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (strlen(switches[i].name) != length || strncmp(switches[i].name, argument, length) != 0)
            continue;
        *switches[i].error = argument[length] == '\0' ? 1 : 0;
        for (size_t j = 0; j < sizeof error_names / sizeof error_names[0]; j++)
            if (argument[length] == '=' && strcmp(argument + length + 1, error_names[j].name) == 0)
                *switches[i].error = error_names[j].error;
        return *switches[i].error != 0;
    }
    return false;
}

int main(int argc, char *argv[]) {
    if (argc < 3)
        errx(2, "usage: faulty [FAULT[=ERRNO]]... FOLDER MOUNTPOINT");
    for (int i = 1; i < argc - 2; i++)
        if (!set_fault(argv[i]))
            errx(2, "%s: no such fault", argv[i]);
    root = open(argv[argc - 2], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        err(1, "%s", argv[argc - 2]);
    umask(0); /* modes arrive with the caller's umask applied */
    char *mount_argv[] = {argv[0], "-o", "allow_other,default_permissions,fsname=faulty"};
    struct fuse_args arguments = FUSE_ARGS_INIT(3, mount_argv);
    struct fuse_session *session =
        fuse_session_new(&arguments, &operations, sizeof operations, NULL);
    if (session == NULL || fuse_set_signal_handlers(session) != 0 ||
        fuse_session_mount(session, argv[argc - 1]) != 0)
        return 1;
    int result = fuse_session_loop(session);
    fuse_session_unmount(session);
    fuse_session_destroy(session);
    return result != 0;
}
