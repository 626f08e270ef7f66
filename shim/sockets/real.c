#include "sockets/real.h"

#include <errno.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "sockets/address.h"

/* An O_PATH descriptor of the socket at `address`, or a negative errno. */
static int open_socket(const char *address) {
    char path[FOLDER_SIZE];
    struct private_address parts;
    struct stat status;
    if (!address_is_private(address, &parts))
        return -ENOENT;
    address_split(address, &parts, path);
    int folder = folder_open(path, parts.owner);
    if (folder < 0)
        return folder == -EPERM ? -ENOENT : folder;
    int fd = kernel_openat(folder, address + parts.folder_length + 1, O_PATH | O_NOFOLLOW);
    kernel_close(folder);
    if (fd < 0)
        return fd;
    int error = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH);
    if (error == 0 && (!S_ISSOCK(status.st_mode) || status.st_nlink > 1)) /* sockets/marker.c */
        error = -ENOENT;
    if (error == 0)
        return fd;
    kernel_close(fd);
    return error;
}

int way_find(struct way *way, const struct marker *marker) {
    way->path = marker->address;
    way->opened = -EBADF;
    if (!marker->others)
        return 0;
    way->opened = open_socket(marker->address);
    if (way->opened < 0)
        return way->opened;
    descriptor_path(way->opened, way->room);
    if (kernel_access(way->room, F_OK) == 0) /* not in a root without /proc */
        way->path = way->room;
    return 0;
}

void way_release(const struct way *way) {
    if (way->opened >= 0)
        kernel_close(way->opened);
}

/* In a root without /proc one's own socket is changed by its path: nobody else exchanges it. */
static __attribute__((noinline)) bool is_own_without_proc(int error, const char *address) {
    struct private_address parts;
    return error == -ENOENT && address_is_private(address, &parts) &&
           parts.owner == kernel_geteuid();
}

int real_socket_chmod(const char *address, mode_t mode) {
    char path[DESCRIPTOR_PATH_SIZE];
    int fd = open_socket(address);
    if (fd < 0)
        return fd;
    descriptor_path(fd, path);
    int error = kernel_chmod(path, mode);
    if (is_own_without_proc(error, address))
        error = kernel_chmod(address, mode);
    kernel_close(fd);
    return error;
}

int real_socket_chown(const char *address, uid_t owner, gid_t group) {
    int fd = open_socket(address);
    if (fd < 0)
        return fd;
    int error = (int)system_call(SYS_fchownat, fd, (long)"", owner, group, AT_EMPTY_PATH, 0);
    kernel_close(fd);
    return error;
}

int real_socket_utimens(const char *address, const struct timespec times[2]) {
    char path[DESCRIPTOR_PATH_SIZE];
    int fd = open_socket(address);
    if (fd < 0)
        return fd;
    descriptor_path(fd, path);
    int error = kernel_utimens(AT_FDCWD, path, times, 0);
    if (is_own_without_proc(error, address))
        error = kernel_utimens(AT_FDCWD, address, times, 0);
    kernel_close(fd);
    return error;
}
