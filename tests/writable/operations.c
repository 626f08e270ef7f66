/*
 * Random file operations from a seed, in the folder ROOT, and what each says; at the end the tree.
 * Run in a view of a tree and in one's own copy of it, both are to say the same
 * (tests/writable/differential).
 *
 *     operations ROOT SEED COUNT [FIRST-LAST…]      of the operations only those, to find the few
 * that matter
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* musl 1.2.3 has neither. */
#ifndef STATX_BASIC_STATS
#include <linux/stat.h>
#endif
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#define RENAME_EXCHANGE (1 << 1)
#endif

#include "core/errno_name.h"

static const char *root;
static uint64_t state;
static int folders[4] = {-1, -1, -1, -1};
static bool quiet;

static unsigned pick(unsigned count) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 11) % count);
}

/* Where the tree lies is not to be seen. */
static const char *shown(const char *path) {
    static char buffers[4][2 * PATH_MAX];
    static unsigned next;
    char *buffer = buffers[next++ % 4];
    const char *found = strstr(path, root);
    if (found == NULL)
        return path;
    snprintf(buffer, sizeof buffers[0], "%.*s<root>%s", (int)(found - path), path,
             found + strlen(root));
    return buffer;
}

static void say(const char *text) {
    if (!quiet)
        printf(" %s", text);
}

static void say_result(long result) {
    say(result < 0 ? errno_name(errno) : "ok");
}

/* --- paths ----------------------------------------------------------------------------------- */

struct target {
    int folder; /* AT_FDCWD, or one of ours */
    char path[PATH_MAX];
};

static const char *const names[] = {"a", "b", "c", "d", "e", "f", "bin", "lib", "x.txt", "run.sh"};

static void append_parts(char *path, bool up) {
    unsigned depth = 1 + pick(3);
    for (unsigned i = 0; i < depth; i++) {
        unsigned odd = pick(24);
        if (i > 0)
            strcat(path, odd == 1 ? "//" : "/");
        if (up && odd == 2)
            strcat(path, "../");
        if (odd == 3)
            strcat(path, "./");
        strcat(path, names[pick(sizeof names / sizeof names[0])]);
    }
    if (pick(30) == 0)
        strcat(path, "/");
    else if (up && pick(30) == 0)
        strcat(path, "/..");
}

static void choose(struct target *target, bool at) {
    unsigned form = pick(at ? 4 : 3);
    target->folder = AT_FDCWD;
    target->path[0] = '\0';
    if (form == 0 || form == 1)
        snprintf(target->path, sizeof target->path, "%s/", root);
    if (form == 3)
        target->folder = folders[pick(4)];
    append_parts(target->path, true);
    if (target->folder == -1)
        target->folder = AT_FDCWD;
}

static void say_target(const struct target *target) {
    char text[32];
    snprintf(text, sizeof text, "@%d", target->folder == AT_FDCWD ? -1 : target->folder - 100);
    if (target->folder != AT_FDCWD)
        say(text);
    say(shown(target->path));
}

/* --- what is seen ---------------------------------------------------------------------------- */

static void say_status(const struct stat *status) {
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

static void say_content(int fd) {
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

static void say_entries(DIR *stream) {
    char *entries[256];
    size_t count = 0;
    if (stream == NULL) {
        say(errno_name(errno));
        return;
    }
    for (struct dirent *entry; count < 256 && (entry = readdir(stream)) != NULL;)
        if (asprintf(&entries[count], "%s:%d", entry->d_name, entry->d_type) > 0)
            count++;
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

static void say_walk(const char *path) {
    walked_count = 0;
    say_result(nftw(path, note_walked, 8, FTW_PHYS | (pick(2) ? FTW_DEPTH : 0)));
    qsort(walked, walked_count, sizeof *walked, by_name);
    for (size_t i = 0; i < walked_count; i++) {
        say(walked[i]);
        free(walked[i]);
    }
}

/* --- operations ------------------------------------------------------------------------------ */

static void read_file(int flags) {
    struct target target;
    choose(&target, true);
    say_target(&target);
    int fd = openat(target.folder, target.path, O_RDONLY | O_NONBLOCK | flags);
    say_result(fd);
    if (fd >= 0) {
        say_content(fd);
        close(fd);
    }
}

static void write_file(int flags) {
    struct target target;
    choose(&target, true);
    say_target(&target);
    int fd = openat(target.folder, target.path, O_WRONLY | O_NONBLOCK | flags, 0644);
    say_result(fd);
    if (fd >= 0) {
        say_result(write(fd, "written\n", 8));
        close(fd);
    }
}

static void rename_something(unsigned flags) {
    struct target from;
    struct target to;
    choose(&from, true);
    choose(&to, true);
    say_target(&from);
    say_target(&to);
    say_result(flags == 0
                   ? renameat(from.folder, from.path, to.folder, to.path)
                   : syscall(SYS_renameat2, from.folder, from.path, to.folder, to.path, flags));
}

static void link_something(void) {
    struct target from;
    struct target to;
    choose(&from, true);
    choose(&to, true);
    say_target(&from);
    say_target(&to);
    say_result(linkat(from.folder, from.path, to.folder, to.path, 0));
}

static void symlink_something(void) {
    struct target at;
    char target[PATH_MAX] = "";
    unsigned form = pick(3);
    if (form == 0)
        snprintf(target, sizeof target, "%s/", root);
    else if (form == 1)
        strcpy(target, "../");
    append_parts(target, false);
    choose(&at, true);
    say(shown(target));
    say_target(&at);
    say_result(symlinkat(target, at.folder, at.path));
}

static void status_of(int flags) {
    struct target target;
    struct stat status;
    choose(&target, true);
    say_target(&target);
    int result = fstatat(target.folder, target.path, &status, flags);
    say_result(result);
    if (result == 0)
        say_status(&status);
}

static void statx_of(void) {
    struct target target;
    struct statx status;
    char text[64];
    choose(&target, true);
    say_target(&target);
    long result = syscall(SYS_statx, target.folder, target.path, AT_SYMLINK_NOFOLLOW,
                          STATX_BASIC_STATS, &status);
    say_result(result);
    snprintf(text, sizeof text, "%o %d", status.stx_mode, status.stx_uid == geteuid());
    if (result == 0)
        say(text);
}

static void readlink_of(void) {
    struct target target;
    char link[PATH_MAX];
    choose(&target, true);
    say_target(&target);
    ssize_t length = readlinkat(target.folder, target.path, link, sizeof link - 1);
    say_result(length);
    link[length > 0 ? length : 0] = '\0';
    if (length > 0)
        say(shown(link));
}

static void realpath_of(void) {
    struct target target;
    char path[PATH_MAX];
    choose(&target, false);
    say_target(&target);
    say(realpath(target.path, path) != NULL ? shown(path) : errno_name(errno));
}

static void list(bool by_descriptor) {
    struct target target;
    choose(&target, by_descriptor);
    say_target(&target);
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

static void open_folder(void) {
    struct target target;
    unsigned number = pick(4);
    choose(&target, true);
    say_target(&target);
    int fd = openat(target.folder, target.path, O_RDONLY | O_DIRECTORY);
    say_result(fd);
    if (fd < 0)
        return;
    if (folders[number] >= 0)
        close(folders[number]);
    folders[number] = fcntl(fd, F_DUPFD_CLOEXEC, 100 + (int)number);
    close(fd);
}

static void change_folder(void) {
    struct target target;
    char path[PATH_MAX];
    unsigned form = pick(4);
    choose(&target, false);
    if (form == 0 && folders[pick(4)] >= 0) {
        say("by descriptor");
        say_result(fchdir(folders[pick(4)] >= 0 ? folders[0] : folders[1]));
    } else if (form == 1) {
        say_result(chdir(root));
    } else {
        say_target(&target);
        say_result(chdir(target.path));
    }
    char *current = getcwd(path, sizeof path);
    say(current != NULL ? shown(current) : errno_name(errno));
}

static void stream_append(void) {
    struct target target;
    choose(&target, false);
    say_target(&target);
    struct stat status;
    if (stat(target.path, &status) == 0 && S_ISFIFO(status.st_mode))
        return;
    FILE *stream = fopen(target.path, "a");
    say_result(stream != NULL ? 0 : -1);
    if (stream != NULL) {
        fputs("more\n", stream);
        fclose(stream);
    }
}

static void change_mode_by_descriptor(void) {
    struct target target;
    mode_t mode = pick(2) ? 0755 : 0700;
    choose(&target, true);
    say_target(&target);
    int fd = openat(target.folder, target.path, O_RDONLY | O_NONBLOCK);
    say_result(fd);
    if (fd >= 0) {
        say_result(fchmod(fd, mode));
        close(fd);
    }
}

static void glob_in(void) {
    char pattern[PATH_MAX];
    glob_t found = {0};
    snprintf(pattern, sizeof pattern, "%s/%s/*", root, names[pick(6)]);
    say(shown(pattern));
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            say(shown(found.gl_pathv[i]));
    globfree(&found);
}

static void temporary_folder(void) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s/t.XXXXXX", root, names[pick(6)]);
    say(shown(path));
    char *made = mkdtemp(path);
    say_result(made != NULL ? 0 : -1);
    if (made != NULL)
        say_result(rmdir(path));
}

#define SIMPLE(call)                                                                               \
    do {                                                                                           \
        struct target target;                                                                      \
        choose(&target, true);                                                                     \
        say_target(&target);                                                                       \
        say_result(call);                                                                          \
    } while (0)

static int touch(const struct target *target, int flags) {
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    return utimensat(target->folder, target->path, times, flags);
}

/* A folder stays one that may be searched: where it may only be read, types are not known
 * (DT_UNKNOWN). */
static int change_mode(const struct target *target, mode_t mode) {
    struct stat status;
    if (fstatat(target->folder, target->path, &status, 0) == 0 && S_ISDIR(status.st_mode))
        mode |= 0100;
    return fchmodat(target->folder, target->path, mode, 0);
}

static const mode_t modes[] = {0644, 0755, 0600, 0700, 0444, 0755};

static const struct {
    const char *name;
    unsigned number;
} operations[] = {{"read", 0},
                  {"read", 0},
                  {"write", 1},
                  {"append", 2},
                  {"create", 3},
                  {"create", 3},
                  {"exclusive", 4},
                  {"truncate", 5},
                  {"nofollow", 6},
                  {"mkdir", 7},
                  {"mkdir", 7},
                  {"rmdir", 8},
                  {"unlink", 9},
                  {"unlink", 9},
                  {"rename", 10},
                  {"rename", 10},
                  {"noreplace", 11},
                  {"exchange", 12},
                  {"link", 13},
                  {"symlink", 14},
                  {"readlink", 15},
                  {"stat", 16},
                  {"lstat", 17},
                  {"statx", 18},
                  {"access", 19},
                  {"chmod", 20},
                  {"chown", 21},
                  {"utimensat", 22},
                  {"list", 23},
                  {"list by fd", 24},
                  {"open folder", 25},
                  {"chdir", 26},
                  {"realpath", 27},
                  {"mkfifo", 28},
                  {"fopen", 29},
                  {"fchmod", 30},
                  {"nftw", 31},
                  {"glob", 32},
                  {"mkdtemp", 33},
                  {"ftruncate", 34},
                  {"write nofollow", 35},
                  {"remove", 36},
                  {"lutimes", 37}};

static void more_operations(unsigned number) {
    mode_t mode = modes[pick(6)];
    switch (number) {
    case 19:
        SIMPLE(faccessat(target.folder, target.path, (int)(mode >> 6) & 7 & ~(int)pick(8), 0));
        break;
    case 20:
        SIMPLE(change_mode(&target, mode));
        break;
    case 21:
        SIMPLE(fchownat(target.folder, target.path, geteuid(), (gid_t)-1, 0));
        break;
    case 22:
        SIMPLE(touch(&target, 0));
        break;
    case 23:
    case 24:
        list(number == 24);
        break;
    case 25:
        open_folder();
        break;
    case 26:
        change_folder();
        break;
    case 27:
        realpath_of();
        break;
    case 28:
        SIMPLE(mkfifoat(target.folder, target.path, 0644));
        break;
    case 29:
        stream_append();
        break;
    case 30:
        change_mode_by_descriptor();
        break;
    case 31: {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", root, names[pick(8)]);
        say_walk(path);
        break;
    }
    case 32:
        glob_in();
        break;
    case 33:
        temporary_folder();
        break;
    case 34:
        SIMPLE(target.folder == AT_FDCWD ? truncate(target.path, 3) : 0);
        break;
    case 35:
        write_file(O_CREAT | O_NOFOLLOW);
        break;
    case 36:
        SIMPLE(target.folder == AT_FDCWD ? remove(target.path) : 0);
        break;
    default:
        SIMPLE(touch(&target, AT_SYMLINK_NOFOLLOW));
    }
}

static void operate(unsigned number) {
    switch (number) {
    case 0:
        read_file(0);
        break;
    case 1:
        write_file(0);
        break;
    case 2:
        write_file(O_APPEND);
        break;
    case 3:
        write_file(O_CREAT);
        break;
    case 4:
        write_file(O_CREAT | O_EXCL);
        break;
    case 5:
        write_file(O_TRUNC | O_CREAT);
        break;
    case 6:
        read_file(O_NOFOLLOW);
        break;
    case 7:
        SIMPLE(mkdirat(target.folder, target.path, 0755));
        break;
    case 8:
        SIMPLE(unlinkat(target.folder, target.path, AT_REMOVEDIR));
        break;
    case 9:
        SIMPLE(unlinkat(target.folder, target.path, 0));
        break;
    case 10:
        rename_something(0);
        break;
    case 11:
        rename_something(RENAME_NOREPLACE);
        break;
    case 12:
        rename_something(RENAME_EXCHANGE);
        break;
    case 13:
        link_something();
        break;
    case 14:
        symlink_something();
        break;
    case 15:
        readlink_of();
        break;
    case 16:
        status_of(0);
        break;
    case 17:
        status_of(AT_SYMLINK_NOFOLLOW);
        break;
    case 18:
        statx_of();
        break;
    default:
        more_operations(number);
    }
}

/* --- the tree at the end --------------------------------------------------------------------- */

static void print_tree(const char *path) {
    struct stat status;
    char link[PATH_MAX];
    if (lstat(path, &status) != 0)
        return;
    printf("%s", shown(path));
    say_status(&status);
    if (S_ISLNK(status.st_mode)) {
        ssize_t length = readlink(path, link, sizeof link - 1);
        link[length > 0 ? length : 0] = '\0';
        say(shown(link));
    } else if (S_ISREG(status.st_mode)) {
        int fd = open(path, O_RDONLY);
        say_content(fd);
        close(fd);
    }
    putchar('\n');
    struct dirent **entries;
    int count = S_ISDIR(status.st_mode) ? scandir(path, &entries, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        char inner[PATH_MAX + 256];
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
            print_tree(inner);
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
}

static bool is_wanted(unsigned number, char *ranges[]) {
    for (char **range = ranges; *range != NULL; range++) {
        unsigned first = 0;
        unsigned last = 0;
        if (sscanf(*range, "%u-%u", &first, &last) == 2 && number >= first && number <= last)
            return true;
    }
    return *ranges == NULL;
}

int main(int argc, char *argv[]) {
    if (argc < 4)
        return 2;
    root = argv[1];
    umask(022);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (chdir(root) != 0)
        return 2;
    quiet = getenv("QUIET") != NULL;
    for (unsigned i = 0; i < (unsigned)atoi(argv[3]); i++) {
        /* Each has a seed of its own, so that leaving one out does not change the others. */
        state = (uint64_t)atol(argv[2]) * 1000003 + i * 7919 + 1;
        for (unsigned round = 0; round < 8; round++)
            pick(2);
        unsigned kind = pick(sizeof operations / sizeof operations[0]);
        if (!is_wanted(i, argv + 4))
            continue;
        if (!quiet)
            printf("%u %s:", i, operations[kind].name);
        operate(operations[kind].number);
        if (!quiet)
            putchar('\n');
    }
    if (chdir("/") != 0)
        return 2;
    quiet = false;
    print_tree(root);
    return fflush(stdout) != 0;
}
