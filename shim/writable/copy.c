#include "writable/expansion.h"

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/text.h"
#include "writable/identity.h"
#include "writable/view.h"

static int write_all(int fd, const char *bytes, ssize_t size) {
    for (ssize_t written = 0; written < size;) {
        ssize_t part = write_quietly(fd, bytes + written, (size_t)(size - written));
        if (part <= 0)
            return part < 0 ? (int)part : -EIO;
        written += part;
    }
    return 0;
}

/*
 * From `done` on: not between these filesystems, or one whose sizes are made up. Where it is too
 * large (RLIMIT_FSIZE), the signal of both calls is taken back by the second.
 */
static int copy_by_reading(int from, int to, int64_t done, int64_t end) {
    enum { ROOM = 64 * 1024 };
    char *room = kernel_pages(ROOM);
    int error = room != NULL ? 0 : -ENOMEM;
    while (error == 0 && done < end) {
        size_t wanted = end - done < ROOM ? (size_t)(end - done) : ROOM;
        ssize_t size = kernel_pread(from, room, wanted, done);
        error = size < 0 ? (int)size : write_all(to, room, size);
        if (size <= 0)
            break;
        done += size;
    }
    if (room != NULL)
        kernel_release(room, ROOM);
    return error;
}

/* What lies from `start` to `end`, or to the file's end, where that comes before. */
static int copy_part(int from, int to, int64_t start, int64_t end) {
    ssize_t size = 1;
    if (kernel_seek(to, start, SEEK_SET) < 0 || kernel_seek(from, start, SEEK_SET) < 0)
        return -EIO;
    for (int64_t left = end - start; left > 0 && size > 0; left -= size) {
        enum { MOST = 1 << 30 };
        size = system_call(SYS_copy_file_range, from, 0, to, 0, left < MOST ? left : MOST, 0);
    }
    /* An empty answer at once is one for a file whose size is made up. */
    int64_t done = kernel_seek(to, 0, SEEK_CUR);
    return size > 0 || (size == 0 && done > start) ? 0 : copy_by_reading(from, to, done, end);
}

/*
 * A file with holes keeps them, of which copy_file_range(2) knows nothing: an image of a terabyte
 * that holds a megabyte would fill the disk. 0 or a negative errno.
 */
static int copy_with_holes(int from, int to) {
    int64_t data = 0;
    int error = 0;
    for (int64_t end = 0; error == 0 && (data = kernel_seek(from, end, SEEK_DATA)) >= 0;) {
        end = kernel_seek(from, data, SEEK_HOLE);
        error = end > data ? copy_part(from, to, data, end) : -EIO;
    }
    if (error != 0 || data != -ENXIO) /* no more data */
        return error != 0 ? error : (int)data;
    return kernel_ftruncate(to, kernel_seek(from, 0, SEEK_END));
}

static int copy_bytes(int from, int to, const struct stat *status) {
    enum { BLOCK = 512 }; /* stat(3type) */
    bool whole = status->st_blocks >= status->st_size / BLOCK;
    if (whole || kernel_seek(from, 0, SEEK_DATA) == -EINVAL)
        return copy_part(from, to, 0, INT64_MAX);
    return copy_with_holes(from, to);
}

/* What has several names below would be told by one that has not been copied, too. */
static void tell_copied(int fd, const struct stat *lower) {
    struct stat made;
    if (lower->st_nlink != 1 || kernel_fstatat(fd, "", &made, AT_EMPTY_PATH) != 0)
        return;
    identity_copied(&(struct identity){made.st_dev, made.st_ino},
                    &(struct identity){lower->st_dev, lower->st_ino});
}

static int copy_file(const char *lower, const char *work) {
    struct stat status;
    /* Whose folder it is may have put a FIFO or a device there since. */
    int from = open_regular(lower, O_NOFOLLOW, &status);
    if (from < 0)
        return from;
    int error = 0;
    int to = upper_create(work);
    if (to >= 0) {
        const struct timespec times[2] = {status.st_atim, status.st_mtim};
        error = copy_bytes(from, to, &status);
        if (error == 0)
            error = kernel_fchmod(to, status.st_mode & 01777);
        if (error == 0)
            error = kernel_utimens(to, NULL, times, 0);
        if (error == 0)
            tell_copied(to, &status);
        kernel_close(to);
    }
    kernel_close(from);
    return to < 0 ? to : error;
}

/* A log that is somebody else's to read: the user's own begins. */
static int make_empty(const char *lower, const char *work) {
    struct stat status;
    int error = kernel_lstat(lower, &status);
    int fd = error == 0 ? upper_create(work) : error;
    if (fd < 0)
        return fd;
    error = kernel_fchmod(fd, (status.st_mode & 0777) | 0600);
    kernel_close(fd);
    return error;
}

int copy_up(const char *path, const char *lower, bool output) {
    static char work[PATH_MAX]; /* upper_lock */
    static char upper[PATH_MAX];
    if (!view_upper_path(upper, PATH_MAX, path))
        return -ENAMETOOLONG;
    upper_work_path(work);
    int error = copy_file(lower, work);
    if (error == -EACCES && output)
        error = make_empty(lower, work);
    if (error == 0)
        error = upper_replace_farm(work, upper);
    if (error != 0)
        kernel_unlink(work);
    return error;
}
