#include "sockets/marker.h"

#include <errno.h>
#include <linux/limits.h>
#include <string.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/filesystem.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"
#include "sockets/vouch.h"

/* The first line is for whoever opens the file; all of it is the magic. */
static const char magic[] = "qlshim socket marker 1: the Unix socket of this path is bound at\n";
enum { MAGIC_LENGTH = sizeof magic - 1, MARKER_MODE = 0644, READ_ATTEMPTS = 4 };
enum {
    LINKS_MOST = 40,   /* that the kernel follows (path_resolution(7)) */
    LINK_LONGEST = 512 /* that may lead to a marker: a thread's smallest stack is 16 KiB */
};

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
    /* At once: a driver that tells files by their paths is not fooled later. */
    vouch_for_file(fd, address);
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

static int create_link(int directory, const char *path, const char *address) {
    int error = kernel_symlinkat(address, directory, path);
    if (error == 0)
        vouch_for_link(directory, path, address);
    return error;
}

int marker_create(int directory, const char *path, const char *address, bool symlink) {
    if (symlink)
        return create_link(directory, path, address);
    int fd = create_exclusively(directory, path, MARKER_MODE);
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

int marker_look(int directory, const char *path, int flags, struct stat *status, uint64_t *mount) {
    const unsigned wanted = STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_SIZE |
                            STATX_INO | STATX_MTIME | STATX_CTIME | STATX_MNT_ID_UNIQUE;
    struct statx seen;
    int error = kernel_statx(directory, path, flags, wanted, &seen);
    *mount = 0;
    if (error == -ENOSYS || error == -EPERM) /* before Linux 4.11, or a filter of that time */
        return kernel_fstatat(directory, path, status, flags);
    if (error != 0)
        return error;
    *status = (struct stat){.st_mode = seen.stx_mode,
                            .st_uid = seen.stx_uid,
                            .st_gid = seen.stx_gid,
                            .st_size = (off_t)seen.stx_size,
                            .st_ino = seen.stx_ino,
                            .st_mtim = {seen.stx_mtime.tv_sec, seen.stx_mtime.tv_nsec},
                            .st_ctim = {seen.stx_ctime.tv_sec, seen.stx_ctime.tv_nsec},
                            .st_dev = device_make(seen.stx_dev_major, seen.stx_dev_minor)};
    if ((seen.stx_mask & STATX_MNT_ID_UNIQUE) != 0)
        *mount = seen.stx_mnt_id;
    return 0;
}

static bool read_link(int directory, const char *path, char address[SOCKET_PATH_SIZE],
                      struct private_address *parts) {
    ssize_t length = kernel_readlinkat(directory, path, address, SOCKET_PATH_LONGEST);
    if (length <= 0 || length >= SOCKET_PATH_LONGEST)
        return false;
    address[length] = '\0';
    return address_is_private(address, parts);
}

bool marker_any_link_at(int directory, const char *path) {
    char byte;
    return kernel_readlinkat(directory, path, &byte, 1) > 0;
}

bool marker_link_at(int directory, const char *path) {
    char address[SOCKET_PATH_SIZE];
    struct private_address parts;
    return read_link(directory, path, address, &parts);
}

/*
 * The mount that was last asked for its type: twice its id, and 1 where a marker may be a file. On
 * many a volume the answer is a message to its server and back.
 */
static uint64_t last_mount;

/* 0 where the file lies on a volume where a marker may be a file. */
static int check_volume(int fd, uint64_t mount) {
    struct statfs volume;
    if (settings.sockets == SOCKETS_ALWAYS)
        return 0;
    uint64_t last = __atomic_load_n(&last_mount, __ATOMIC_RELAXED);
    if (mount != 0 && mount == last >> 1)
        return (last & 1) != 0 ? 0 : -ENOENT;
    int error = kernel_fstatfs(fd, &volume);
    if (error != 0)
        return error;
    bool may = !filesystem_of_type((uint32_t)volume.f_type)->trusted;
    if (mount != 0)
        __atomic_store_n(&last_mount, mount << 1 | may, __ATOMIC_RELAXED);
    return may ? 0 : -ENOENT;
}

/*
 * The regular file that `fd` has open by O_PATH is opened for reading through that descriptor, and
 * so is what was looked at. On a disk, where no marker is a file, none is opened: its close would
 * drop the process's POSIX locks on it (fcntl(2)).
 */
static int read_file(int fd, const struct stat *status, uint64_t mount,
                     char address[SOCKET_PATH_SIZE], struct private_address *parts) {
    char bytes[MARKER_SIZE + 1];
    char path[DESCRIPTOR_PATH_SIZE];
    if (!marker_possible(status))
        return -ENOENT;
    int error = check_volume(fd, mount);
    if (error != 0)
        return error;
    descriptor_path(fd, path);
    int opened = kernel_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (opened < 0)
        return opened;
    ssize_t size = kernel_pread(opened, bytes, sizeof bytes, 0);
    kernel_close(opened);
    if (size < 0)
        return (int)size;
    return marker_parse(bytes, (size_t)size, address, parts) ? 0 : -ENOENT;
}

/* What the marker that `fd` has open holds. */
static int read_opened(int fd, struct marker *marker, struct private_address *parts) {
    uint64_t mount;
    int error = marker_look(fd, "", AT_EMPTY_PATH, &marker->status, &mount);
    if (error != 0)
        return error;
    if (S_ISREG(marker->status.st_mode))
        return read_file(fd, &marker->status, mount, marker->address, parts);
    return S_ISLNK(marker->status.st_mode) && marker_possible(&marker->status) &&
                   read_link(fd, "", marker->address, parts)
               ? 0
               : -ENOENT;
}

static inline __attribute__((always_inline)) int open_folder(int directory, const char *path,
                                                             char *folder, size_t size) {
    size_t length = (size_t)(text_base(path) - path);
    struct text text = text_in(folder, size);
    text_append_bytes(&text, path, length);
    if (length == 0)
        text_append(&text, ".");
    return text.cut ? -ENAMETOOLONG : kernel_openat(directory, folder, O_PATH | O_DIRECTORY);
}

__attribute__((noinline)) int folder_of_path(int directory, const char *path) {
    char folder[PATH_MAX];
    return open_folder(directory, path, folder, sizeof folder);
}

static __attribute__((noinline)) int folder_of_link(int directory, const char *path) {
    char folder[LINK_LONGEST];
    return open_folder(directory, path, folder, sizeof folder);
}

/*
 * The marker that links lead by (Debian's alternatives make two), link by link: what is behind a
 * link marker whose socket is gone is another's to choose.
 */
static __attribute__((noinline)) int read_on_the_way(int directory, const char *path,
                                                     struct marker *marker,
                                                     struct private_address *parts) {
    char target[LINK_LONGEST];
    int error = -ENOENT;
    ssize_t length = 1;
    for (int links = 0;
         links <= LINKS_MOST && error == -ENOENT && length > 0 && length < LINK_LONGEST - 1;
         links++) {
        int folder = folder_of_link(directory, path);
        int fd = folder < 0 ? folder : kernel_openat(folder, text_base(path), O_PATH | O_NOFOLLOW);
        if (links > 0)
            kernel_close(directory);
        directory = folder;
        error = read_opened(fd, marker, parts);
        length = kernel_readlinkat(fd, "", target, sizeof target - 1);
        kernel_close(fd);
        target[length > 0 ? length : 0] = '\0';
        path = target;
    }
    kernel_close(directory);
    return error == 0 ? 0 : -ENOENT;
}

static int read_any(int directory, const char *path, bool follow, struct marker *marker,
                    struct private_address *parts) {
    int fd = kernel_openat(directory, path, O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return fd;
    int error = read_opened(fd, marker, parts);
    kernel_close(fd);
    if (error != -ENOENT || !follow || !S_ISLNK(marker->status.st_mode))
        return error;
    fd = kernel_openat(directory, path, O_PATH);
    if (fd == -EACCES || fd == -ELOOP) /* a link that the kernel does not follow (proc(5)) */
        return -ENOENT;
    error = fd < 0 ? -ENOENT : read_opened(fd, marker, parts);
    kernel_close(fd); /* EBADF of none */
    return error == -ENOENT ? read_on_the_way(directory, path, marker, parts) : error;
}

/*
 * Whether to look again. A volume's server may give up where a signal comes, and the kernel does
 * not ask again; rclone says EIO of a file that is removed while it is read.
 */
static bool is_passing(int error) {
    return error == -EINTR || error == -EIO || error == -ESTALE;
}

/* `led`: the program asked to be led to wherever that is. */
static int find(int directory, const char *path, bool follow, bool led, struct marker *marker) {
    struct private_address parts;
    int error = -EINTR;
    for (int attempt = 0; attempt < READ_ATTEMPTS && is_passing(error); attempt++)
        error = read_any(directory, path, follow, marker, &parts);
    led = led || (follow && S_ISLNK(marker->status.st_mode));
    if (error == 0)
        error = led || vouch_may_look(marker) ? vouch_check(marker, &parts) : vouch_unseen(marker);
    if (error == 0)
        markers_note();
    return error;
}

int marker_find(int directory, const char *path, bool follow, struct marker *marker) {
    return find(directory, path, follow, false, marker);
}

int marker_find_peer(const char *path, struct marker *marker) {
    return find(AT_FDCWD, path, true, true, marker);
}

bool marker_unread(int failure, int directory, const char *path) {
    return errno_of_process(failure) && marker_link_at(directory, path);
}

bool marker_leads_to_socket(int directory, const char *path, bool follow, struct marker *marker) {
    return marker_find(directory, path, follow, marker) == 0 && marker->error == 0;
}

int marker_check(struct marker *marker) {
    struct private_address parts;
    return address_is_private(marker->address, &parts) ? vouch_check(marker, &parts) : -ENOENT;
}

/* Part of both: whoever opens to write goes through the second. */
static inline __attribute__((always_inline)) bool may_lie_at(int directory, const char *path) {
    struct stat status;
    return kernel_fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (S_ISLNK(status.st_mode) || marker_possible(&status));
}

bool marker_may_lie_at(int directory, const char *path) {
    return may_lie_at(directory, path);
}

/* Apart: room on the stack for a marker would be a cost of each open to write. */
static __attribute__((noinline)) bool leads_to_socket(int directory, const char *path, int flags) {
    struct marker marker;
    int failure = marker_find(directory, path, (flags & O_NOFOLLOW) == 0, &marker);
    return failure == 0 || marker_unread(failure, directory, path);
}

__attribute__((noinline)) bool marker_would_be_written(int directory, const char *path, int flags) {
    return may_lie_at(directory, path) && leads_to_socket(directory, path, flags);
}

bool marker_changes_socket(const struct marker *marker) {
    return marker->error == 0 && !marker->only_roots;
}

/* Nobody else knows the address before the socket is bound: who holds it is proof enough. */
void marker_remove(int directory, const char *path, const char *address) {
    struct marker marker;
    struct private_address parts;
    if (read_any(directory, path, false, &marker, &parts) == 0 &&
        text_equal(marker.address, address))
        kernel_unlinkat(directory, path);
}
