#include "sockets/appearance.h"

#include "core/kernel.h"
#include "sockets/marker.h"

/* Of a socket that is gone: as if it had been bound under the usual umask. */
enum { LOST_SOCKET = S_IFSOCK | 0755 };

void appear_as_socket(int directory, const char *path, bool follow, struct stat *status) {
    struct marker marker;
    if (S_ISLNK(status->st_mode) && !marker_link_at(directory, path))
        return; /* nearly every link: no more than one system call */
    if (marker_find(directory, path, follow, &marker) != 0)
        return;
    if (marker.error == 0 && S_ISLNK(marker.status.st_mode)) {
        *status = marker.socket;
        return;
    }
    status->st_mode = LOST_SOCKET;
    status->st_size = 0;
    status->st_blocks = 0;
    if (marker.error == 0) {
        status->st_mode = marker.socket.st_mode;
        status->st_uid = marker.socket.st_uid;
        status->st_gid = marker.socket.st_gid;
    }
}

bool marker_possible_statx(const struct statx *status) {
    const unsigned needed = STATX_TYPE | STATX_SIZE;
    struct stat same = {.st_mode = status->stx_mode,
                        .st_size = (off_t)status->stx_size,
                        .st_dev = device_make(status->stx_dev_major, status->stx_dev_minor)};
    return (status->stx_mask & needed) == needed && marker_possible(&same);
}

static void set_statx(struct statx *status, const struct stat *shown) {
    status->stx_mode = (uint16_t)shown->st_mode;
    status->stx_uid = shown->st_uid;
    status->stx_gid = shown->st_gid;
    status->stx_size = (uint64_t)shown->st_size;
    status->stx_blocks = (uint64_t)shown->st_blocks;
    status->stx_ino = shown->st_ino;
    status->stx_nlink = (uint32_t)shown->st_nlink;
    status->stx_dev_major = device_major(shown->st_dev);
    status->stx_dev_minor = device_minor(shown->st_dev);
}

void appear_as_socket_statx(int directory, const char *path, bool follow, struct statx *status) {
    struct stat shown = {.st_mode = status->stx_mode,
                         .st_uid = status->stx_uid,
                         .st_gid = status->stx_gid,
                         .st_size = (off_t)status->stx_size,
                         .st_blocks = (blkcnt_t)status->stx_blocks,
                         .st_ino = status->stx_ino,
                         .st_nlink = status->stx_nlink,
                         .st_dev = device_make(status->stx_dev_major, status->stx_dev_minor)};
    appear_as_socket(directory, path, follow, &shown);
    set_statx(status, &shown);
}
