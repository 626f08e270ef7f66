#include "core/folder.h"

#include <errno.h>
#include <sys/file.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/place.h"
#include "core/settings.h"
#include "core/text.h"

enum { FOLDER_MODE = 0711, NUMBERED_NAMES = 16 };

static bool is_safe(const struct stat *status, uid_t owner) {
    return S_ISDIR(status->st_mode) && status->st_uid == owner && (status->st_mode & 022) == 0;
}

int folder_open(const char *path, uid_t owner) {
    struct stat status;
    int fd = place_open(path, owner);
    if (fd < 0)
        return fd == -ENOTDIR || fd == -ELOOP ? -EPERM : fd;
    int error = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH);
    if (error == 0 && !is_safe(&status, owner))
        error = -EPERM;
    if (error == 0)
        return fd;
    kernel_close(fd);
    return error;
}

int folder_check(const char *path, uid_t owner) {
    int fd = folder_open(path, owner);
    if (fd >= 0)
        kernel_close(fd);
    return fd < 0 ? fd : 0;
}

/* The umask took bits from a new folder. O_NOFOLLOW: it may have been replaced since. */
static void set_mode(const char *path) {
    int fd = kernel_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (fd < 0)
        return;
    kernel_fchmod(fd, FOLDER_MODE);
    kernel_close(fd);
}

/* 0 where `path` is now a folder of ours to use, -EEXIST where somebody else's thing is there. */
static int take_folder(const char *path, uid_t owner) {
    struct stat status;
    int error = kernel_lstat(path, &status);
    if (error == -ENOENT) {
        error = kernel_mkdir(path, FOLDER_MODE);
        if (error == 0 || error == -EEXIST)
            error = kernel_lstat(path, &status);
    }
    if (error != 0)
        return error;
    if (!is_safe(&status, owner))
        return -EEXIST;
    if ((status.st_mode & 0777) != FOLDER_MODE)
        set_mode(path);
    return kernel_access_effective(path, W_OK);
}

/*
 * The path of `place` without links, in `path`, where others cannot exchange what is in it: 0, or a
 * negative errno. /tmp and XDG_RUNTIME_DIR may be links themselves (/var/run is).
 */
static int find_place(const char *place, uid_t owner, char path[FOLDER_SIZE]) {
    bool cut = !text_copy(path, FOLDER_SIZE, place);
    int fd = cut ? -ENAMETOOLONG : place_open(path, owner);
    if (fd == -ENOTDIR || fd == -ELOOP) {
        int followed = kernel_open(place, O_PATH | O_DIRECTORY, 0);
        if (followed < 0)
            return followed;
        int error = descriptor_target(followed, path, TMPDIR_LONGEST + 1);
        kernel_close(followed);
        if (error != 0)
            return error;
        fd = place_open(path, owner);
    }
    if (fd < 0)
        return fd;
    int error = place_check(fd, owner);
    kernel_close(fd);
    return error;
}

/* `<place>/.qlshim-<uid>`, then `-1` to `-f`, until one is ours. */
static int folder_in(const char *place, uid_t owner, char folder[FOLDER_SIZE]) {
    char found[FOLDER_SIZE];
    int place_error = find_place(place, owner, found);
    int error = -EEXIST;
    for (unsigned attempt = 0; attempt < NUMBERED_NAMES && error == -EEXIST; attempt++) {
        struct text path =
            text_of_two(folder, FOLDER_SIZE, place_error == 0 ? found : place, "/.qlshim-");
        text_append_number(&path, owner);
        if (attempt > 0) {
            text_append(&path, "-");
            text_append_hex(&path, attempt, 1);
        }
        error = place_error == 0 ? take_folder(folder, owner) : place_error;
    }
    return error;
}

int private_folder(char folder[FOLDER_SIZE]) {
    uid_t owner = kernel_geteuid();
    if (settings.tmpdir[0] != '\0')
        return folder_in(settings.tmpdir, owner, folder);
    int first_error = folder_in("/tmp", owner, folder);
    if (first_error == 0)
        return 0;
    if (settings.runtime_dir[0] != '\0' && folder_in(settings.runtime_dir, owner, folder) == 0)
        return 0;
    if (folder_in("/dev/shm", owner, folder) == 0)
        return 0;
    text_copy(folder, FOLDER_SIZE, "/tmp");
    return first_error;
}

int folder_lock(const char *path) {
    const struct timespec pause = {.tv_nsec = 10000000};
    int fd = kernel_open(path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    int error = kernel_flock(fd, LOCK_EX | LOCK_NB);
    for (int attempt = 0; error == -EWOULDBLOCK && attempt < 100; attempt++) {
        kernel_nanosleep(&pause);
        error = kernel_flock(fd, LOCK_EX | LOCK_NB);
    }
    if (error == 0)
        return fd;
    kernel_close(fd);
    return error;
}

static bool record_path(char *path, size_t size, const char *folder, const char *name) {
    struct text text = text_of_two(path, size, folder, "/");
    text_append(&text, name);
    return !text.cut;
}

int record_write(const char *folder, const char *name, const char *content) {
    char path[FOLDER_SIZE + 64];
    if (!record_path(path, sizeof path, folder, name))
        return -ENAMETOOLONG;
    return kernel_symlinkat(content, AT_FDCWD, path);
}

void record_remove(const char *folder, const char *name) {
    char path[FOLDER_SIZE + 64];
    if (record_path(path, sizeof path, folder, name))
        kernel_unlink(path);
}

int record_replace(const char *folder, const char *name, const char *content) {
    record_remove(folder, name);
    return record_write(folder, name, content);
}

int record_read(const char *folder, const char *name, char *content, size_t size) {
    char path[FOLDER_SIZE + 64];
    if (!record_path(path, sizeof path, folder, name))
        return -ENAMETOOLONG;
    ssize_t length = kernel_readlinkat(AT_FDCWD, path, content, size);
    if (length < 0)
        return (int)length;
    if ((size_t)length >= size)
        return -EOVERFLOW;
    content[length] = '\0';
    return 0;
}

bool record_since_boot(const char *folder, const char *name) {
    char path[FOLDER_SIZE + 64];
    struct stat status;
    struct timespec now;
    struct timespec since_boot;
    if (!record_path(path, sizeof path, folder, name) || kernel_lstat(path, &status) != 0 ||
        kernel_clock_gettime(CLOCK_REALTIME, &now) != 0 ||
        kernel_clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
        return false;
    return status.st_ctim.tv_sec >= now.tv_sec - since_boot.tv_sec;
}
