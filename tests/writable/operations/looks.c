/* Operations that only look, and how what they see is said. */
#include "writable/operations/operations.h"

#include <dirent.h>
#include <ftw.h>
#include <glob.h>

#include "core/errno_name.h"

void say_status(const struct stat *status) {
    char text[64];
    bool sized = !S_ISDIR(status->st_mode);
    snprintf(text, sizeof text, "%o %s %ld", status->st_mode,
             status->st_uid == geteuid() && status->st_gid == getegid() ? "own" : "other's",
             sized ? (long)status->st_size : 0);
    /* A link's size is that of its text, which names the root. */
    if (S_ISLNK(status->st_mode))
        snprintf(text, sizeof text, "%o link", status->st_mode);
    say(text);
}

void say_content(int fd) {
    char bytes[64];
    ssize_t size = read(fd, bytes, sizeof bytes - 1);
    bytes[size > 0 ? size : 0] = '\0';
    for (char *byte = bytes; *byte != '\0'; byte++)
        if (*byte == '\n')
            *byte = '|';
    say(size < 0 ? errno_name(errno) : bytes);
}

static int by_name(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* With its type; and whether the listing knows it by another inode than lstat(2). */
static void say_entries(DIR *stream) {
    char *entries[256];
    size_t count = 0;
    struct stat status;
    if (stream == NULL) {
        say(errno_name(errno));
        return;
    }
    for (struct dirent *entry; count < 256 && (entry = readdir(stream)) != NULL;) {
        bool other = fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                     status.st_ino != entry->d_ino;
        if (asprintf(&entries[count], "%s:%d%s", entry->d_name, entry->d_type,
                     other ? ":other" : "") > 0)
            count++;
    }
    qsort(entries, count, sizeof *entries, by_name);
    for (size_t i = 0; i < count; i++) {
        say(entries[i]);
        free(entries[i]);
    }
}

static char *walked[1024];
static size_t walked_count;

static int note_walked(const char *path, const struct stat *status, int flag, struct FTW *info) {
    (void)status;
    if (walked_count < 1024 &&
        asprintf(&walked[walked_count], "%s:%d:%d", shown(path), flag, info->level) > 0)
        walked_count++;
    return 0;
}

static void walk(int flags) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, pick_name(8));
    walked_count = 0;
    say_result(nftw(path, note_walked, 8, flags));
    qsort(walked, walked_count, sizeof *walked, by_name);
    for (size_t i = 0; i < walked_count; i++) {
        say(walked[i]);
        free(walked[i]);
    }
}

static void status_of(int flags) {
    struct target target;
    struct stat status;
    choose(&target, true);
    int result = fstatat(target.folder, target.path, &status, flags);
    say_result(result);
    if (result == 0)
        say_status(&status);
}

static void statx_of(int flags) {
    struct target target;
    struct statx status;
    char text[64];
    choose(&target, true);
    long result = syscall(SYS_statx, target.folder, target.path, flags, STATX_BASIC_STATS, &status);
    say_result(result);
    snprintf(text, sizeof text, "%o %d", status.stx_mode, status.stx_uid == geteuid());
    if (result == 0)
        say(text);
}

/* By a descriptor as by the path, and whether both are one file. */
static void status_of_open(int flags) {
    struct target target;
    struct stat status;
    struct stat other;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_NONBLOCK | flags);
    say_result(fd);
    if (fd < 0)
        return;
    int result = fstat(fd, &status);
    say_result(result);
    if (result == 0)
        say_status(&status);
    if (fstatat(target.folder, target.path, &other, flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) ==
        0)
        say(status.st_ino == other.st_ino && status.st_dev == other.st_dev ? "same" : "another");
    close(fd);
}

/* Of a folder that was opened before who knows what. */
static void status_of_folder(int argument) {
    struct stat status;
    struct stat other;
    int fd = folders[pick(4)];
    (void)argument;
    if (fd < 0)
        return;
    say_result(fstat(fd, &status));
    say_status(&status);
    int result = fstatat(fd, ".", &other, 0);
    say_result(result);
    if (result == 0)
        say(status.st_ino == other.st_ino && status.st_dev == other.st_dev ? "same" : "another");
}

static void readlink_of(int argument) {
    struct target target;
    char link[PATH_MAX];
    (void)argument;
    choose(&target, true);
    ssize_t length = readlinkat(target.folder, target.path, link, sizeof link - 1);
    say_result(length);
    link[length > 0 ? length : 0] = '\0';
    if (length > 0)
        say(shown(link));
}

static void realpath_of(int argument) {
    struct target target;
    char path[PATH_MAX];
    (void)argument;
    choose(&target, false);
    say(realpath(target.path, path) != NULL ? shown(path) : errno_name(errno));
}

static void list(int by_descriptor) {
    struct target target;
    choose(&target, by_descriptor);
    DIR *stream;
    if (by_descriptor) {
        int fd = openat(target.folder, target.path, O_RDONLY | O_DIRECTORY);
        stream = fd >= 0 ? fdopendir(fd) : NULL;
    } else {
        stream = opendir(target.path);
    }
    say_entries(stream);
    if (stream != NULL)
        closedir(stream);
}

static void open_folder(int argument) {
    struct target target;
    unsigned number = pick(4);
    (void)argument;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_RDONLY | O_DIRECTORY);
    say_result(fd);
    if (fd < 0)
        return;
    if (folders[number] >= 0)
        close(folders[number]);
    folders[number] = fcntl(fd, F_DUPFD_CLOEXEC, 100 + (int)number);
    close(fd);
}

static void change_folder(int form) {
    char path[PATH_MAX];
    int fd = folders[pick(4)];
    struct target target;
    if (form == 0)
        say_result(chdir(root));
    else if (form == 1)
        say_result(fd >= 0 ? fchdir(fd) : 0);
    else
        choose(&target, false);
    if (form == 2)
        say_result(chdir(target.path));
    char *current = getcwd(path, sizeof path);
    say(current != NULL ? shown(current) : errno_name(errno));
}

/* Up and down again by descriptors, as rm(1) and rsync(1) walk. */
static void go_up(int argument) {
    struct target target;
    struct stat before;
    struct stat after;
    (void)argument;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_RDONLY | O_DIRECTORY);
    say_result(fd);
    if (fd < 0)
        return;
    int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY);
    say_result(parent);
    if (parent >= 0 && fstat(parent, &before) == 0 && fstatat(fd, "..", &after, 0) == 0)
        say(before.st_ino == after.st_ino && before.st_dev == after.st_dev ? "same" : "another");
    close(parent);
    close(fd);
}

static void glob_in(int flags) {
    char pattern[PATH_MAX];
    glob_t found = {0};
    snprintf(pattern, sizeof pattern, "%s/%s/*", root, pick_name(6));
    say(shown(pattern));
    if (glob(pattern, flags, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            say(shown(found.gl_pathv[i]));
    globfree(&found);
}

const struct operation look_operations[] = {
    {"stat", status_of, 0, 1},
    {"lstat", status_of, AT_SYMLINK_NOFOLLOW, 1},
    {"statx", statx_of, AT_SYMLINK_NOFOLLOW, 1},
    {"fstat", status_of_open, O_RDONLY, 1},
    {"fstat of a path", status_of_open, O_PATH | O_NOFOLLOW, 1},
    {"fstat of a folder", status_of_folder, 0, 1},
    {"readlink", readlink_of, 0, 1},
    {"realpath", realpath_of, 0, 1},
    {"list", list, 0, 1},
    {"list by fd", list, 1, 1},
    {"open folder", open_folder, 0, 1},
    {"chdir to the root", change_folder, 0, 1},
    {"fchdir", change_folder, 1, 1},
    {"chdir", change_folder, 2, 1},
    {"go up", go_up, 0, 1},
    {"nftw", walk, FTW_PHYS, 1},
    {"nftw, deep", walk, FTW_PHYS | FTW_DEPTH, 1},
    {"glob", glob_in, 0, 1},
    {"glob with marks", glob_in, GLOB_MARK, 1},
    {NULL, NULL, 0, 0}};
