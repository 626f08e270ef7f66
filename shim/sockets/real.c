#include "sockets/real.h"

#include <errno.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "sockets/address.h"

static bool is_in_own_folder(const char *address) {
    struct private_address parts;
    return address_is_private(address, &parts) && parts.owner == kernel_geteuid();
}

/* An O_PATH descriptor of the socket at `address`, or a negative errno. */
static int open_socket(const char *address) {
    struct stat status;
    int fd = kernel_openat(AT_FDCWD, address, O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return fd;
    int error = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH);
    if (error == 0 && !S_ISSOCK(status.st_mode))
        error = -ENOTSOCK;
    if (error == 0)
        return fd;
    kernel_close(fd);
    return error;
}

int real_socket_chmod(const char *address, mode_t mode) {
    char path[DESCRIPTOR_PATH_SIZE];
    if (is_in_own_folder(address))
        return kernel_chmod(address, mode);
    int fd = open_socket(address);
    if (fd < 0)
        return fd;
    descriptor_path(fd, path);
    int error = kernel_chmod(path, mode);
    kernel_close(fd);
    return error;
}

int real_socket_chown(const char *address, uid_t owner, gid_t group) {
    if (is_in_own_folder(address))
        return kernel_chown(address, owner, group);
    int fd = open_socket(address);
    if (fd < 0)
        return fd;
    int error = (int)system_call(SYS_fchownat, fd, (long)"", owner, group, AT_EMPTY_PATH, 0);
    kernel_close(fd);
    return error;
}
