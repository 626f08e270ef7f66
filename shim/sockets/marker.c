#include "sockets/marker.h"

#include <errno.h>
#include <string.h>

#include "core/descriptor.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"
#include "sockets/filesystem.h"

/* The first line is for whoever opens the file; all of it is the magic. */
static const char magic[] = "qlshim socket marker 1: the Unix socket of this path is bound at\n";
enum { MAGIC_LENGTH = sizeof magic - 1, MARKER_MODE = 0644, READ_ATTEMPTS = 4 };

_Static_assert(MAGIC_LENGTH + SOCKET_PATH_LONGEST + 1 <= MARKER_SIZE, "an address may not fit");

bool markers_were_met;

void markers_note(void) {
    if (!markers_met())
        __atomic_store_n(&markers_were_met, true, __ATOMIC_RELAXED);
}

void marker_format(const char *address, char bytes[MARKER_SIZE]) {
    struct text text = text_in(bytes, MARKER_SIZE);
    text_append_bytes(&text, magic, MAGIC_LENGTH);
    text_append(&text, address);
    text_append(&text, "\n");
    memset(bytes + text.length, 0, MARKER_SIZE - text.length);
}

bool marker_parse(const char *bytes, size_t size, char address[SOCKET_PATH_SIZE],
                  struct private_address *parts) {
    char expected[MARKER_SIZE];
    if (size != MARKER_SIZE || memcmp(bytes, magic, MAGIC_LENGTH) != 0)
        return false;
    size_t length = 0;
    while (length < SOCKET_PATH_LONGEST && bytes[MAGIC_LENGTH + length] != '\n')
        length++;
    memcpy(address, bytes + MAGIC_LENGTH, length);
    address[length] = '\0';
    if (!address_is_private(address, parts))
        return false;
    marker_format(address, expected);
    return memcmp(bytes, expected, MARKER_SIZE) == 0;
}

static int write_file(int fd, const char *address) {
    char bytes[MARKER_SIZE];
    marker_format(address, bytes);
    ssize_t written = write_quietly(fd, bytes, sizeof bytes);
    if (written < 0)
        return (int)written;
    if (written != MARKER_SIZE)
        return -ENOSPC;
    /*
     * Whoever may connect must be able to read it, whatever the umask: the socket's own mode keeps
     * others out. A volume without modes may refuse; there all files look alike anyway.
     */
    kernel_fchmod(fd, MARKER_MODE);
    return 0;
}

int marker_create(int directory, const char *path, const char *address, bool symlink) {
    if (symlink)
        return kernel_symlinkat(address, directory, path);
    int fd =
        (int)system_call(SYS_openat, directory, (long)path,
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MARKER_MODE, 0, 0);
    if (fd < 0)
        return fd;
    int error = write_file(fd, address);
    int close_error = kernel_close(fd); /* network volumes report a full disk only here */
    if (error == 0)
        error = close_error;
    if (error != 0)
        kernel_unlinkat(directory, path);
    return error;
}

/*
 * "/.qlshim-0/" and 16 digits is the shortest address. Filesystems with a disk under them have a
 * device number with a major part, and take sockets or (FAT) no links: `ls -l` there need not pay.
 */
bool marker_link_possible(const struct stat *status) {
    return status->st_size >= 27 && status->st_size < SOCKET_PATH_LONGEST &&
           (device_major(status->st_dev) == 0 || settings.sockets == SOCKETS_ALWAYS);
}

/*
 * The type, mode, size and device of what lies there, and the id of its mount where that is one
 * which is never used again (Linux 6.8), else 0. Nothing more is asked for: after each read a
 * volume's server would be asked for the time of that.
 */
static int look(int directory, const char *path, int flags, struct stat *status, uint64_t *mount) {
    const unsigned wanted = STATX_TYPE | STATX_MODE | STATX_SIZE | STATX_MNT_ID_UNIQUE;
    struct statx seen;
    int error = kernel_statx(directory, path, flags, wanted, &seen);
    *mount = 0;
    if (error == -ENOSYS || error == -EPERM) /* before Linux 4.11, or a filter of that time */
        return kernel_fstatat(directory, path, status, flags);
    if (error != 0)
        return error;
    *status = (struct stat){.st_mode = seen.stx_mode,
                            .st_size = (off_t)seen.stx_size,
                            .st_dev = device_make(seen.stx_dev_major, seen.stx_dev_minor)};
    if ((seen.stx_mask & STATX_MNT_ID_UNIQUE) != 0)
        *mount = seen.stx_mnt_id;
    return 0;
}

/* What a marker holds. */
struct content {
    char *address; /* SOCKET_PATH_SIZE bytes of the caller's */
    struct private_address parts;
};

static bool read_link(int directory, const char *path, struct content *content) {
    ssize_t length = kernel_readlinkat(directory, path, content->address, SOCKET_PATH_LONGEST);
    if (length <= 0 || length >= SOCKET_PATH_LONGEST)
        return false;
    content->address[length] = '\0';
    return address_is_private(content->address, &content->parts);
}

/*
 * The mount that was last asked for its type: twice its id, and 1 where a marker may be a file. On
 * many a volume the answer is a message to its server and back.
 */
static uint64_t last_mount;

/*
 * 0 where the file lies on a volume where a marker may be a file. Asked by O_PATH, whose close
 * leaves the process's POSIX locks on the file alone; that of a file opened for reading drops them
 * (fcntl(2)), so on a disk, where no marker is a file, none is opened.
 */
static int check_volume(int directory, const char *path, int flags, uint64_t mount) {
    struct statfs volume;
    struct stat status;
    if (settings.sockets == SOCKETS_ALWAYS)
        return 0;
    uint64_t last = __atomic_load_n(&last_mount, __ATOMIC_RELAXED);
    if (mount != 0 && mount == last >> 1)
        return (last & 1) != 0 ? 0 : -ENOENT;
    int fd = kernel_openat(directory, path, O_PATH | flags);
    if (fd < 0)
        return fd;
    int error = kernel_fstatfs(fd, &volume);
    if (error == 0)
        error = look(fd, "", AT_EMPTY_PATH, &status, &mount);
    kernel_close(fd);
    if (error != 0)
        return error;
    bool may = !filesystem_of_type((uint32_t)volume.f_type)->trusted;
    if (mount != 0)
        __atomic_store_n(&last_mount, mount << 1 | may, __ATOMIC_RELAXED);
    return may ? 0 : -ENOENT;
}

/*
 * `flags`: O_NOFOLLOW or 0. O_NONBLOCK, O_NOCTTY: what lstat called a regular file may be something
 * else by now. pread(2), which takes nothing from a FIFO (ESPIPE).
 */
static int read_file(int directory, const char *path, int flags, struct content *content) {
    char bytes[MARKER_SIZE + 1];
    int fd = kernel_openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags);
    if (fd < 0)
        return fd;
    ssize_t size = kernel_pread(fd, bytes, sizeof bytes, 0);
    kernel_close(fd);
    if (size < 0)
        return (int)size;
    bool found = marker_parse(bytes, (size_t)size, content->address, &content->parts);
    return found ? 0 : -ENOENT;
}

static int read_if_marker(int directory, const char *path, int flags, const struct stat *status,
                          uint64_t mount, struct content *content) {
    if (!marker_possible(status))
        return -ENOENT;
    int error = check_volume(directory, path, flags, mount);
    return error != 0 ? error : read_file(directory, path, flags, content);
}

/*
 * 0 where the address's folder belongs to whom it names, and to nobody else; -ENOENT where not, and
 * -EACCES where it lies in a folder that others may not enter (XDG_RUNTIME_DIR).
 */
static int check_folder(const struct content *content) {
    char folder[FOLDER_SIZE];
    memcpy(folder, content->address, content->parts.folder_length);
    folder[content->parts.folder_length] = '\0';
    int error = folder_check(folder, content->parts.owner);
    /* A folder that is not here at all is another container's: the marker is stale, not forged. */
    if (error == 0 || error == -ENOENT)
        return 0;
    return error == -EACCES ? error : -ENOENT;
}

static int read_any(int directory, const char *path, bool follow, struct stat *status,
                    struct content *content) {
    uint64_t mount;
    int error = look(directory, path, AT_SYMLINK_NOFOLLOW, status, &mount);
    if (error != 0)
        return error;
    if (S_ISREG(status->st_mode))
        return read_if_marker(directory, path, O_NOFOLLOW, status, mount, content);
    if (!S_ISLNK(status->st_mode))
        return -ENOENT;
    if (marker_possible(status) && read_link(directory, path, content))
        return 0;
    if (follow && look(directory, path, 0, status, &mount) == 0 && S_ISREG(status->st_mode))
        return read_if_marker(directory, path, 0, status, mount, content);
    return -ENOENT;
}

/*
 * Whether to look again. A volume's server may give up where a signal comes, and the kernel does
 * not ask again; rclone says EIO of a file that is removed while it is read.
 */
static bool is_passing(int error) {
    return error == -EINTR || error == -EIO || error == -ESTALE;
}

int marker_find(int directory, const char *path, bool follow, struct stat *status,
                char address[SOCKET_PATH_SIZE]) {
    struct content content = {.address = address};
    int error = -EINTR;
    for (int attempt = 0; attempt < READ_ATTEMPTS && is_passing(error); attempt++)
        error = read_any(directory, path, follow, status, &content);
    if (error == 0)
        error = check_folder(&content);
    if (error == 0)
        markers_note();
    return error;
}

bool marker_read(int directory, const char *path, bool follow, struct stat *status,
                 char address[SOCKET_PATH_SIZE]) {
    return marker_find(directory, path, follow, status, address) == 0;
}

bool marker_read_again(const char *path, char address[SOCKET_PATH_SIZE]) {
    struct content content = {.address = address};
    return read_file(AT_FDCWD, path, O_NOFOLLOW, &content) == 0 && check_folder(&content) == 0;
}

int marker_socket(const char *address, struct stat *status) {
    int error = kernel_lstat(address, status);
    if (error == 0 && !S_ISSOCK(status->st_mode))
        error = -ENOTSOCK;
    return error;
}

void marker_restore_mode(int directory, const char *path) {
    struct stat status;
    if (kernel_fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode) && (status.st_mode & 0777) != MARKER_MODE)
        system_call(SYS_fchmodat, directory, (long)path, MARKER_MODE, 0, 0, 0);
}

void marker_remove(int directory, const char *path, const char *address) {
    struct stat status;
    char found[SOCKET_PATH_SIZE];
    if (marker_read(directory, path, false, &status, found) && text_equal(found, address))
        kernel_unlinkat(directory, path);
}
