/* Operations on what is said of a file beside what it holds. */
#include "writable/operations/operations.h"

#include <sys/file.h>
#include <sys/xattr.h>

static const mode_t modes[] = {0644, 0755, 0600, 0700, 0444, 0755};

static mode_t pick_mode(void) {
    return modes[pick(sizeof modes / sizeof modes[0])];
}

static void access_it(int flags) {
    int mode = (int)pick(8);
    SIMPLE(faccessat(target.folder, target.path, mode, flags));
}

/* A folder stays one that may be searched: where it may only be read, types are not known
 * (DT_UNKNOWN). */
static int change_mode(const struct target *target, mode_t mode) {
    struct stat status;
    if (fstatat(target->folder, target->path, &status, 0) == 0 && S_ISDIR(status.st_mode))
        mode |= 0100;
    return fchmodat(target->folder, target->path, mode, 0);
}

static void chmod_it(int argument) {
    mode_t mode = pick_mode();
    (void)argument;
    SIMPLE(change_mode(&target, mode));
}

static void change_mode_by_descriptor(int argument) {
    struct target target;
    mode_t mode = pick(2) ? 0755 : 0700;
    (void)argument;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_RDONLY | O_NONBLOCK);
    say_result(fd);
    if (fd >= 0) {
        say_result(fchmod(fd, mode));
        close(fd);
    }
}

static void chown_it(int flags) {
    SIMPLE(fchownat(target.folder, target.path, geteuid(), (gid_t)-1, flags));
}

static void touch(int flags) {
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    struct stat status;
    struct target target;
    choose(&target, true);
    int result = utimensat(target.folder, target.path, times, flags);
    say_result(result);
    if (result == 0 && fstatat(target.folder, target.path, &status, flags) == 0)
        say(status.st_mtime == 2000 ? "set" : "not set");
}

static void touch_by_descriptor(int flags) {
    const struct timespec times[2] = {{.tv_sec = 3000}, {.tv_sec = 4000}};
    struct target target;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_NONBLOCK | flags);
    say_result(fd);
    if (fd >= 0) {
        say_result(futimens(fd, times));
        close(fd);
    }
}

static const char attribute[] = "user.qlshim";

static void set_attribute(int follow) {
    SIMPLE(target.folder != AT_FDCWD ? 0
           : follow                  ? setxattr(target.path, attribute, "value", 5, 0)
                                     : lsetxattr(target.path, attribute, "value", 5, 0));
}

static void get_attribute(int follow) {
    char value[16];
    SIMPLE(target.folder != AT_FDCWD ? 0
           : follow                  ? getxattr(target.path, attribute, value, sizeof value)
                                     : lgetxattr(target.path, attribute, value, sizeof value));
}

static void remove_attribute(int follow) {
    SIMPLE(target.folder != AT_FDCWD ? 0
           : follow                  ? removexattr(target.path, attribute)
                                     : lremovexattr(target.path, attribute));
}

/* Two who open it to write lock each other out, whatever it was before. */
static void lock_it(int argument) {
    struct target target;
    (void)argument;
    choose(&target, true);
    int one = openat(target.folder, target.path, O_RDWR | O_NONBLOCK);
    int other = openat(target.folder, target.path, O_RDWR | O_NONBLOCK);
    say_result(one);
    if (one >= 0 && other >= 0) {
        say_result(flock(one, LOCK_EX | LOCK_NB));
        say_result(flock(other, LOCK_EX | LOCK_NB));
    }
    close(one);
    close(other);
}

const struct operation attribute_operations[] = {
    {"access", access_it, 0, 1},
    {"eaccess", access_it, AT_EACCESS, 1},
    {"chmod", chmod_it, 0, 1},
    {"fchmod", change_mode_by_descriptor, 0, 1},
    {"chown", chown_it, 0, 1},
    {"lchown", chown_it, AT_SYMLINK_NOFOLLOW, 1},
    {"utimensat", touch, 0, 1},
    {"lutimes", touch, AT_SYMLINK_NOFOLLOW, 1},
    {"futimens", touch_by_descriptor, O_RDONLY, 1},
    {"futimens, written", touch_by_descriptor, O_WRONLY, 1},
    {"setxattr", set_attribute, 1, 1},
    {"lsetxattr", set_attribute, 0, 1},
    {"getxattr", get_attribute, 1, 1},
    {"lgetxattr", get_attribute, 0, 1},
    {"removexattr", remove_attribute, 1, 1},
    {"flock", lock_it, 0, 1},
    {NULL, NULL, 0, 0}};
