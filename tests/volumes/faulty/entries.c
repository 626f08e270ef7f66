/* The names in folders: looked up, made, moved, removed and listed. */
#include "volumes/faulty/faulty.h"

#include <dirent.h>

static void do_lookup(fuse_req_t request, fuse_ino_t parent, const char *name) {
    char path[PATH_MAX];
    child_path(path, parent, name);
    reply_entry(request, path);
}

/* What was made belongs to whom it was made for, not to this daemon. */
static void reply_made(fuse_req_t request, const char *path) {
    const struct fuse_ctx *caller = fuse_req_ctx(request);
    struct stat made;
    bool set_id = fstatat(root, path, &made, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(made.st_mode) &&
                  (made.st_mode & (S_ISUID | S_ISGID)) != 0;
    if (fchownat(root, path, caller->uid, caller->gid, AT_SYMLINK_NOFOLLOW) != 0 ||
        /* which chown(2) has taken */
        (set_id && fchmodat(root, path, made.st_mode & 07777, 0) != 0))
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
        const struct fuse_ctx *caller = fuse_req_ctx(request);
        if (faults.debris != 0 && mknodat(root, path, S_IFREG | (mode & 07777), 0) == 0 &&
            fchownat(root, path, caller->uid, caller->gid, AT_SYMLINK_NOFOLLOW) != 0)
            error = errno;
        fuse_reply_err(request, error);
        return;
    }
    forget_path(path);
    if (mknodat(root, path, mode, device) != 0)
        fuse_reply_err(request, errno);
    else if (S_ISSOCK(mode) && faults.owner != 0)
        reply_entry(request, path);
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
    else if (faults.owner != 0)
        reply_entry(request, path);
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

static void do_rename(fuse_req_t request, fuse_ino_t parent, const char *name,
                      fuse_ino_t new_parent, const char *new_name, unsigned flags) {
    char from[PATH_MAX];
    char to[PATH_MAX];
    child_path(from, parent, name);
    child_path(to, new_parent, new_name);
    if (renameat2(root, from, root, to, flags) != 0) {
        fuse_reply_err(request, errno);
        return;
    }
    if ((flags & RENAME_EXCHANGE) != 0) {
        move_nodes(to, "\n"); /* where nothing is */
        move_nodes(from, to);
        move_nodes("\n", from);
    } else {
        forget_path(to);
        move_nodes(from, to);
    }
    fuse_reply_err(request, 0);
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

void add_entry_operations(struct fuse_lowlevel_ops *operations) {
    operations->lookup = do_lookup;
    operations->mknod = do_mknod;
    operations->mkdir = do_mkdir;
    operations->symlink = do_symlink;
    operations->link = do_link;
    operations->unlink = do_unlink;
    operations->rmdir = do_rmdir;
    operations->rename = do_rename;
    operations->create = do_create;
    operations->readdir = do_readdir;
}
