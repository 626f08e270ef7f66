/*
 * Whether all that tells of an entry tells the same of it: stat(2) by each of its names, fstat(2)
 * and statx(2) by descriptor, what readdir(3), scandir(3) and getdents64(2) say in a listing; in
 * the folder ROOT, first as it is and then after each of some changes. A line for each
 * disagreement, and at the end how much was compared.
 *
 *     identities ROOT
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef STATX_BASIC_STATS /* musl 1.2.3 */
#include <linux/stat.h>
#endif
#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

static const char *phase;
static unsigned compared;
static unsigned differences;

static void differ(const char *path, const char *way, const char *what, unsigned long long first,
                   unsigned long long second) {
    differences++;
    printf("%s: %s: %s: %s %llu, not %llu\n", phase, path, way, what, second, first);
}

static void compare(const char *path, const char *way, const struct stat *first, int result,
                    const struct stat *second) {
    compared++;
    if (result != 0) {
        printf("%s: %s: %s: %s\n", phase, path, way, strerror(errno));
        differences++;
        return;
    }
#define SAME(member)                                                                               \
    if (first->member != second->member)                                                           \
    differ(path, way, #member, (unsigned long long)first->member,                                  \
           (unsigned long long)second->member)
    SAME(st_ino);
    SAME(st_dev);
    SAME(st_mode);
    SAME(st_uid);
    SAME(st_gid);
    SAME(st_nlink);
    SAME(st_size);
    SAME(st_mtime);
#undef SAME
}

static int by_statx(int directory, const char *path, int flags, struct stat *status) {
    struct statx seen;
    long result = syscall(SYS_statx, directory, path, flags, STATX_BASIC_STATS, &seen);
    memset(status, 0, sizeof *status);
    if (result != 0)
        return -1;
    /* makedev(3) of glibc and musl */
    status->st_dev = ((uint64_t)(seen.stx_dev_major & 0xfffff000U) << 32) |
                     ((uint64_t)(seen.stx_dev_major & 0xfffU) << 8) |
                     ((uint64_t)(seen.stx_dev_minor & 0xffffff00U) << 12) |
                     (seen.stx_dev_minor & 0xffU);
    status->st_ino = seen.stx_ino;
    status->st_mode = seen.stx_mode;
    status->st_uid = seen.stx_uid;
    status->st_gid = seen.stx_gid;
    status->st_nlink = seen.stx_nlink;
    status->st_size = (off_t)seen.stx_size;
    status->st_mtime = seen.stx_mtime.tv_sec;
    return 0;
}

/* By a descriptor of it, in each way. */
static void compare_descriptor(const char *path, const char *way, const struct stat *first,
                               int fd) {
    char text[64];
    struct stat second;
    if (fd < 0) {
        compare(path, way, first, -1, first);
        return;
    }
    snprintf(text, sizeof text, "%s, fstat", way);
    compare(path, text, first, fstat(fd, &second), &second);
    snprintf(text, sizeof text, "%s, fstatat", way);
    compare(path, text, first, fstatat(fd, "", &second, AT_EMPTY_PATH), &second);
    snprintf(text, sizeof text, "%s, statx", way);
    compare(path, text, first, by_statx(fd, "", AT_EMPTY_PATH, &second), &second);
}

static void compare_opened(const char *path, const char *way, const struct stat *first, int fd) {
    compare_descriptor(path, way, first, fd);
    if (fd >= 0)
        close(fd);
}

/* Opened before any change. A file that was copied since is another one to who has it open. */
static struct kept {
    char path[PATH_MAX];
    int fd;
    bool folder;
    bool changed;
} kept[64];
static unsigned kept_count;

static void compare_kept(const char *path, const struct stat *first) {
    for (unsigned i = 0; i < kept_count; i++)
        if (strcmp(kept[i].path, path) == 0 && !kept[i].changed)
            compare_descriptor(path, "opened before", first, kept[i].fd);
}

static void forget(const char *path) {
    for (unsigned i = 0; i < kept_count; i++)
        if (strncmp(kept[i].path, path, strlen(path)) == 0)
            kept[i].changed = true;
}

static void keep(const char *path, bool folder) {
    if (kept_count == sizeof kept / sizeof kept[0])
        return;
    struct kept *entry = &kept[kept_count++];
    snprintf(entry->path, sizeof entry->path, "%s", path);
    entry->folder = folder;
    entry->fd = open(path, O_RDONLY | O_NOFOLLOW);
}

static void compare_listed(const char *path, const char *way, const struct stat *first,
                           uint64_t inode, unsigned type) {
    compared++;
    if (inode != first->st_ino)
        differ(path, way, "d_ino", first->st_ino, inode);
    if (type != DT_UNKNOWN && type != (first->st_mode & S_IFMT) >> 12)
        differ(path, way, "d_type", (first->st_mode & S_IFMT) >> 12, type);
}

static void compare_entry(int folder, const char *path, const char *name, uint64_t inode,
                          unsigned type) {
    struct stat first;
    struct stat second;
    int flags = AT_SYMLINK_NOFOLLOW;
    if (lstat(path, &first) != 0)
        return;
    compare_listed(path, "readdir", &first, inode, type);
    compare(path, "fstatat", &first, fstatat(folder, name, &second, flags), &second);
    compare(path, "statx", &first, by_statx(AT_FDCWD, path, flags, &second), &second);
    compare(path, "statx by folder", &first, by_statx(folder, name, flags, &second), &second);
    compare_opened(path, "O_PATH", &first, open(path, O_PATH | O_NOFOLLOW));
    compare_kept(path, &first);
    if (S_ISLNK(first.st_mode))
        return;
    compare(path, "stat", &first, stat(path, &second), &second);
    if (!S_ISREG(first.st_mode) && !S_ISDIR(first.st_mode))
        return;
    compare_opened(path, "open", &first, open(path, O_RDONLY));
    compare_opened(path, "openat", &first, openat(folder, name, O_RDONLY | O_NOFOLLOW));
    FILE *stream = S_ISREG(first.st_mode) ? fopen(path, "r") : NULL;
    if (stream != NULL) {
        compare_descriptor(path, "fopen", &first, fileno(stream));
        fclose(stream);
    }
    int copy = dup(folder);
    compare(path, "after dup", &first, fstatat(copy, name, &second, flags), &second);
    close(copy);
}

struct entry64 {
    uint64_t ino;
    int64_t off;
    unsigned short reclen;
    unsigned char type;
    char name[];
};

/* The other ways to list it say of each entry what lstat says. */
static void compare_listings(const char *path) {
    static char room[1 << 16] __attribute__((aligned(8)));
    char inner[PATH_MAX + 256];
    struct dirent **entries;
    struct stat status;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (lstat(inner, &status) == 0)
            compare_listed(inner, "scandir", &status, entries[i]->d_ino, entries[i]->d_type);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    for (long size; fd >= 0 && (size = syscall(SYS_getdents64, fd, room, sizeof room)) > 0;)
        for (long next = 0; next < size;) {
            struct entry64 *entry = (struct entry64 *)(void *)(room + next);
            next += entry->reclen;
            snprintf(inner, sizeof inner, "%s/%s", path, entry->name);
            if (lstat(inner, &status) == 0)
                compare_listed(inner, "getdents64", &status, entry->ino, entry->type);
        }
    close(fd);
}

static void walk(const char *path, bool keeping) {
    DIR *stream = opendir(path);
    if (stream == NULL) {
        printf("%s: %s: %s\n", phase, path, strerror(errno));
        differences++;
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        char inner[PATH_MAX + 256];
        struct stat status;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        compare_entry(dirfd(stream), inner, entry->d_name, entry->d_ino, entry->d_type);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            lstat(inner, &status) != 0)
            continue;
        if (keeping && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
            keep(inner, S_ISDIR(status.st_mode));
        if (S_ISDIR(status.st_mode))
            walk(inner, keeping);
    }
    closedir(stream);
    compare_listings(path);
}

static void done(const char *what, int result) {
    phase = what;
    if (result < 0) {
        printf("%s: %s\n", what, strerror(errno));
        differences++;
    }
    walk(".", false);
}

/* A descriptor of the folder of that name, as it was opened before all. */
static int kept_folder(const char *path) {
    for (unsigned i = 0; i < kept_count; i++)
        if (strcmp(kept[i].path, path) == 0)
            return kept[i].fd;
    return -1;
}

static int append(const char *path) {
    forget(path);
    int fd = open(path, O_WRONLY | O_APPEND);
    return fd < 0 ? -1 : (int)write(fd, "more\n", 5) + close(fd);
}

static int replace_by_link(const char *path) {
    forget(path);
    return unlink(path) == 0 ? symlink("nothing", path) : -1;
}

static int rename_link_to(const char *path) {
    forget(path);
    return symlink("nothing", "link") == 0 ? rename("link", path) : -1;
}

static int link_link_to(const char *path) {
    forget(path);
    if (symlink("nothing", "link") != 0 || unlink(path) != 0)
        return -1;
    return link("link", path);
}

static int exchange(const char *path, const char *other) {
    forget(path);
    forget(other);
    return (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
}

static int make_anew(const char *path) {
    forget(path);
    return rmdir(path) == 0 ? mkdir(path, 0755) : -1;
}

int main(int argc, char *argv[]) {
    struct stat before;
    struct stat after;
    if (argc != 2 || chdir(argv[1]) != 0)
        return 2;
    phase = "as it is";
    walk(".", true);
    walk(argv[1], false);
    if (stat("a", &before) != 0)
        return 2;
    done("made by descriptor", mkdirat(kept_folder("./a/b"), "made", 0700));
    if (stat("a", &after) == 0)
        compare("a", "expanded", &before, 0,
                &(struct stat){.st_ino = after.st_ino,
                               .st_dev = after.st_dev,
                               .st_mode = before.st_mode,
                               .st_uid = before.st_uid,
                               .st_gid = before.st_gid,
                               .st_nlink = before.st_nlink,
                               .st_size = before.st_size,
                               .st_mtim = before.st_mtim});
    done("appended", append("./a/b/x.txt"));
    done("mode", chmod("./b/x.txt", 0600) + (forget("./b/x.txt"), 0));
    done("a link in a file's place", replace_by_link("./a/x.txt"));
    done("a link renamed to a file's name", rename_link_to("./a/run.sh"));
    done("a link linked to a file's name", link_link_to("./d/x.txt"));
    done("a link in a link's place", replace_by_link("./a/bin/f"));
    done("exchanged", exchange("./c/x.txt", "./c/e"));
    done("a folder made anew", make_anew("./e"));
    done("a link there", symlink("nothing", "./e/x.txt"));
    forget("./c");
    done("renamed", rename("./c", "./a/c"));
    forget("./lib");
    done("a folder in its place", mkdir("./c", 0755) + symlink("nothing", "./c/x.txt"));
    walk(argv[1], false);
    printf("%u compared, %u differences\n", compared, differences);
    return differences != 0;
}
