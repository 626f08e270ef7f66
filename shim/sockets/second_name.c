#include "sockets/second_name.h"

#include <errno.h>
#include <string.h>

#include "core/descriptor.h"
#include "core/filesystem.h"
#include "core/kernel.h"
#include "core/readable.h"
#include "core/text.h"
#include "sockets/address.h"
#include "sockets/alive.h"
#include "sockets/marker.h"

/* Errors of link(2) that have nothing to do with what lies at the old path. */
static bool is_of_new_path(int error) {
    return error == EEXIST || error == EFAULT || error == ENAMETOOLONG;
}

/*
 * The same names by their folders' descriptors: whoever can exchange a folder above changes nothing
 * of what is moved and removed then. To be given back by unpin.
 */
static struct second_name pin(const struct second_name *names) {
    return (struct second_name){
        folder_of_path(names->old_directory, names->old_path), text_base(names->old_path),
        folder_of_path(names->new_directory, names->new_path), text_base(names->new_path)};
}

static void unpin(const struct second_name *pinned) {
    kernel_close(pinned->old_directory); /* EBADF of an errno */
    kernel_close(pinned->new_directory);
}

/* Room for what leads from one name to the other: a thread's smallest stack is 16 KiB. */
enum { WAY_SIZE = 512 };

/*
 * What a link in place of the old name has to say to lead to the new one; "" where there is no room
 * for it. Beside it the name does, wherever the volume is mounted.
 */
static void find_way(const struct second_name *names, char way[WAY_SIZE]) {
    char old_folder[WAY_SIZE];
    struct text text = text_in(way, WAY_SIZE);
    bool found = descriptor_target(names->new_directory, way, WAY_SIZE) == 0 &&
                 descriptor_target(names->old_directory, old_folder, WAY_SIZE) == 0;
    if (found && !text_equal(way, old_folder)) {
        text.length = text_length(way);
        text_append(&text, "/");
    }
    text_append(&text, names->new_path);
    if (!found || text.cut)
        way[0] = '\0';
}

/* Whether hard links work there by the volume's type, so that a failure was honest. */
static bool is_trusted(int directory, const char *path) {
    struct statfs volume;
    int fd = kernel_openat(directory, path, O_PATH | O_NOFOLLOW);
    bool trusted = fd < 0 || kernel_fstatfs(fd, &volume) != 0 ||
                   filesystem_of_type((uint32_t)volume.f_type)->trusted;
    if (fd >= 0)
        kernel_close(fd);
    return trusted;
}

/*
 * What lies at the two names of the socket that was moved last, as the kernel knows it; zero
 * before. Only what this process did: to tell of every rename whether it is one of a socket's two
 * names to the other would cost each of them two looks.
 */
static struct {
    dev_t device;
    ino_t old_name;
    ino_t new_name;
} last_moved;

/*
 * A volume that takes sockets and has no hard links (prl_fs, vboxsf): the socket gets the new name,
 * and the old one, which is about to be unlinked, becomes a link to it, or where the volume has no
 * links a socket that nobody answers. The new name is taken first, by such a one, since a rename
 * would replace what another has put there; and whom that belongs to tells how the volume shows
 * what is one's own. `names` are pinned.
 */
static int move(int error, const struct second_name *names) {
    char way[WAY_SIZE];
    struct stat moved;
    struct stat taken;
    if (kernel_fstatat(names->old_directory, names->old_path, &moved, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISSOCK(moved.st_mode))
        return error;
    int failure = kernel_mknodat(names->new_directory, names->new_path, S_IFSOCK | 0777);
    if (failure != 0)
        return failure == -EEXIST ? EEXIST : error;
    if (kernel_fstatat(names->new_directory, names->new_path, &taken, AT_SYMLINK_NOFOLLOW) != 0 ||
        taken.st_uid != moved.st_uid ||
        kernel_renameat(names->old_directory, names->old_path, names->new_directory,
                        names->new_path) != 0) {
        kernel_unlinkat(names->new_directory, names->new_path);
        return error;
    }
    find_way(names, way);
    if (kernel_symlinkat(way, names->old_directory, names->old_path) != 0)
        kernel_mknodat(names->old_directory, names->old_path, S_IFSOCK | 0777);
    if (kernel_fstatat(names->old_directory, names->old_path, &taken, AT_SYMLINK_NOFOLLOW) == 0) {
        last_moved.device = moved.st_dev;
        last_moved.old_name = taken.st_ino;
        last_moved.new_name = moved.st_ino;
    }
    return 0;
}

static bool is_last_moved(const char *path, ino_t inode) {
    struct stat status;
    return kernel_fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           status.st_ino == inode && status.st_dev == last_moved.device;
}

bool second_name_renamed(const char *old_path, const char *new_path) {
    return __builtin_expect(last_moved.new_name != 0, 0) &&
           is_last_moved(old_path, last_moved.old_name) &&
           is_last_moved(new_path, last_moved.new_name);
}

/*
 * A second marker with the same address is the link. A link marker that is followed, by linkat(2)
 * or on its host's side (Docker Desktop: EBADF, ENOENT), leads to another filesystem: EXDEV says
 * something of the volume only where the two folders lie on different ones. `names` are pinned.
 */
static int give(int error, const struct second_name *names, bool follow) {
    struct marker marker;
    struct stat folder;
    if (marker_find(names->old_directory, names->old_path, follow, &marker) != 0)
        return is_trusted(names->old_directory, names->old_path) ? error : move(error, names);
    if (error == EXDEV && (kernel_fstatat(names->new_directory, "", &folder, AT_EMPTY_PATH) != 0 ||
                           folder.st_dev != marker.status.st_dev))
        return error;
    return -marker_create(names->new_directory, names->new_path, marker.address,
                          S_ISLNK(marker.status.st_mode));
}

/*
 * Whether anything may lie at the old path that gets a second name here. Both paths can be read
 * then: of one that is a bad pointer the kernel may have told something else.
 */
static bool may_be_given(const struct second_name *names, bool follow) {
    struct stat status;
    return kernel_fstatat(names->old_directory, names->old_path, &status, AT_SYMLINK_NOFOLLOW) ==
               0 &&
           (S_ISSOCK(status.st_mode) || marker_possible(&status) ||
            (follow && S_ISLNK(status.st_mode))) &&
           string_readable(names->new_path);
}

int second_name_after_failure(int error, const struct second_name *names, bool follow) {
    if (is_of_new_path(error) || !may_be_given(names, follow))
        return error;
    struct second_name pinned = pin(names);
    if (pinned.old_directory >= 0 && pinned.new_directory >= 0)
        error = give(error, &pinned, follow);
    unpin(&pinned);
    return error;
}

/* As socket_alive, of what lies at the path itself; -ENOENT where that cannot be looked at. */
static int reach(int directory, const char *path) {
    char pinned[DESCRIPTOR_PATH_SIZE];
    struct sockaddr_un address;
    int fd = kernel_openat(directory, path, O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return -ENOENT;
    descriptor_path(fd, pinned);
    int error = socket_alive((const struct sockaddr *)&address, address_set(&address, pinned));
    kernel_close(fd);
    return error;
}

int second_name_after_success(const struct second_name *names) {
    struct stat status;
    int error = 0;
    if (kernel_fstatat(names->new_directory, names->new_path, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISSOCK(status.st_mode))
        return 0;
    struct second_name pinned = pin(names);
    if (reach(pinned.new_directory, pinned.new_path) == -ECONNREFUSED &&
        reach(pinned.old_directory, pinned.old_path) == 0 &&
        kernel_unlinkat(pinned.new_directory, pinned.new_path) == 0)
        error = move(EPERM, &pinned);
    unpin(&pinned);
    return error;
}
