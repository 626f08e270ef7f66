/* The files themselves: their attributes and bytes. */
#include "volumes/faulty/faulty.h"

#include <sys/statvfs.h>

static void do_forget(fuse_req_t request, fuse_ino_t inode, uint64_t lookups) {
    forget_node(inode, lookups);
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
    /* A name of the mirror may have become a link since; chmod was asked of the file. */
    return fchmodat(root, path, mode, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
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

static void do_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file) {
    int fd = openat(root, path_of(inode), (file->flags & ~O_CREAT) | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        fuse_reply_err(request, errno);
        return;
    }
    file->fh = (uint64_t)fd;
    fuse_reply_open(request, file);
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

static void do_statfs(fuse_req_t request, fuse_ino_t inode) {
    struct statvfs status;
    (void)inode;
    if (fstatvfs(root, &status) != 0)
        fuse_reply_err(request, errno);
    else
        fuse_reply_statfs(request, &status);
}

void add_file_operations(struct fuse_lowlevel_ops *operations) {
    operations->forget = do_forget;
    operations->getattr = do_getattr;
    operations->setattr = do_setattr;
    operations->readlink = do_readlink;
    operations->open = do_open;
    operations->read = do_read;
    operations->write = do_write;
    operations->release = do_release;
    operations->fsync = do_fsync;
    operations->statfs = do_statfs;
}
