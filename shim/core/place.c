#include "core/place.h"

#include <linux/limits.h>

#include "core/kernel.h"
#include "core/text.h"

/*
 * What the kernel shows as the owner where he has no number in this user namespace
 * (user_namespaces(7), overflowuid): in a rootless container that is the host's root. Where all
 * have one, as on the host and in most containers, it is Debian's nobody, a neighbour like others.
 */
enum { OVERFLOW_UID = 65534 };

static bool all_have_numbers(void) {
    char map[34] = ""; /* in a line "%10u %10u %10u" (proc(5), /proc/pid/uid_map): all that are */
    int fd = kernel_open("/proc/self/uid_map", O_RDONLY, 0);
    kernel_read(fd, map, sizeof map - 1);
    kernel_close(fd); /* EBADF of an errno */
    return fd < 0 || text_after(map + 22, "4294967295") != NULL;
}

static bool is_trusted(uid_t user, uid_t owner) {
    return user == 0 || user == owner || user == kernel_geteuid() ||
           (user == OVERFLOW_UID && !all_have_numbers());
}

static int check(int fd, const char *path, uid_t owner) {
    struct stat status;
    int error = kernel_fstatat(fd, path, &status, AT_EMPTY_PATH);
    if (error != 0)
        return error;
    /* The group of a folder may be trusted by its owner; "others" are trusted by nobody. */
    bool exchangeable = (status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0;
    return exchangeable || !is_trusted(status.st_uid, owner) ? -EPERM : 0;
}

int place_check(int fd, uid_t owner) {
    return check(fd, "", owner);
}

/* The part of a path that begins at `*path`, which is left behind it: 0, or a negative errno. */
static int next_part(const char **path, char name[NAME_MAX + 1]) {
    struct text text = text_in(name, NAME_MAX + 1);
    size_t length = 0;
    while ((*path)[length] != '/' && (*path)[length] != '\0')
        length++;
    text_append_bytes(&text, *path, length);
    *path += length;
    while (**path == '/')
        ++*path;
    if (text.cut)
        return -ENAMETOOLONG;
    return text_equal(name, "..") ? -ENOTDIR : 0; /* as a link: leads elsewhere than its text */
}

/*
 * The first part is opened by its absolute path: qemu-user, which tests run in, has a root of its
 * own for those that are there (-L).
 */
int place_walk(const char *path, place_check_function *judge, uid_t owner) {
    char name[1 + NAME_MAX + 1] = "/";
    if (path[0] != '/')
        return -EPERM;
    while (*path == '/')
        path++;
    int error = judge(AT_FDCWD, "/", owner);
    if (error == 0)
        error = next_part(&path, name + 1);
    int fd = error != 0 ? error : kernel_open(name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
    while (fd >= 0 && *path != '\0') {
        error = judge(fd, "", owner);
        if (error == 0)
            error = next_part(&path, name);
        int next = error != 0 ? error : kernel_openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        kernel_close(fd);
        fd = next;
    }
    return fd;
}

int place_open(const char *path, uid_t owner) {
    return place_walk(path, check, owner);
}
