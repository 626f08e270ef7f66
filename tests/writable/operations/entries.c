/* Operations that make, name and remove entries. */
#include "writable/operations/operations.h"

static void make_folder(int mode) {
    SIMPLE(mkdirat(target.folder, target.path, (mode_t)mode));
}

static void make_fifo(int mode) {
    SIMPLE(mkfifoat(target.folder, target.path, (mode_t)mode));
}

static void remove_entry(int flags) {
    SIMPLE(unlinkat(target.folder, target.path, flags));
}

/* C libraries try unlink(2) before rmdir(2), and leave what that said in errno. */
static int remove_quietly(const struct target *target) {
    int result = target->folder == AT_FDCWD ? remove(target->path) : 0;
    if (result == 0)
        errno = 0;
    return result;
}

static void remove_by_path(int argument) {
    (void)argument;
    SIMPLE(remove_quietly(&target));
}

static void rename_something(int flags) {
    struct target from;
    struct target to;
    choose(&from, true);
    choose(&to, true);
    say_result(flags == 0
                   ? renameat(from.folder, from.path, to.folder, to.path)
                   : syscall(SYS_renameat2, from.folder, from.path, to.folder, to.path, flags));
}

static void link_something(int flags) {
    struct target from;
    struct target to;
    choose(&from, true);
    choose(&to, true);
    say_result(linkat(from.folder, from.path, to.folder, to.path, flags));
}

static void symlink_something(int argument) {
    struct target at;
    char target[PATH_MAX] = "";
    unsigned form = pick(3);
    (void)argument;
    if (form == 0)
        snprintf(target, sizeof target, "%s/", root);
    else if (form == 1)
        strcpy(target, "../");
    append_parts(target, false);
    choose(&at, true);
    say(shown(target));
    say_result(symlinkat(target, at.folder, at.path));
}

static void temporary_folder(int argument) {
    char path[PATH_MAX];
    (void)argument;
    snprintf(path, sizeof path, "%s/%s/t.XXXXXX", root, pick_name(6));
    say(shown(path));
    char *made = mkdtemp(path);
    say_result(made != NULL ? 0 : -1);
    if (made != NULL)
        say_result(rmdir(path));
}

static void temporary_file(int argument) {
    char path[PATH_MAX];
    (void)argument;
    snprintf(path, sizeof path, "%s/%s/t.XXXXXX.tmp", root, pick_name(6));
    say(shown(path));
    int fd = mkstemps(path, 4);
    say_result(fd);
    if (fd >= 0) {
        close(fd);
        say_result(unlink(path));
    }
}

/* A file without a name, which then gets one. */
static void link_unnamed(int argument) {
    struct target folder;
    struct target to;
    char path[64];
    (void)argument;
    choose(&folder, true);
    choose(&to, true);
    int fd = openat(folder.folder, folder.path, O_TMPFILE | O_WRONLY, 0640);
    say_result(fd);
    if (fd < 0)
        return;
    say_result(write(fd, "unnamed\n", 8));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    say_result(linkat(AT_FDCWD, path, to.folder, to.path, AT_SYMLINK_FOLLOW));
    close(fd);
}

/* Names of all lengths, and more folders than PATH_MAX holds. */
static void make_long(int argument) {
    char path[2 * PATH_MAX];
    char name[NAME_MAX + 2];
    size_t length = NAME_MAX - 1 + pick(3);
    (void)argument;
    memset(name, 'n', length);
    name[length] = '\0';
    snprintf(path, sizeof path, "%s/%s", root, pick_name(6));
    say(shown(path));
    for (unsigned depth = pick(20); depth > 0; depth--)
        strcat(strcat(path, "/"), name);
    say_result(mkdir(path, 0755));
    say_result(symlink(name, path));
    say_result(rmdir(path));
}

const struct operation entry_operations[] = {
    {"mkdir", make_folder, 0755, 2},
    {"mkfifo", make_fifo, 0644, 1},
    {"rmdir", remove_entry, AT_REMOVEDIR, 1},
    {"unlink", remove_entry, 0, 2},
    {"remove", remove_by_path, 0, 1},
    {"rename", rename_something, 0, 2},
    {"noreplace", rename_something, RENAME_NOREPLACE, 1},
    {"exchange", rename_something, RENAME_EXCHANGE, 1},
    {"link", link_something, 0, 1},
    {"link, followed", link_something, AT_SYMLINK_FOLLOW, 1},
    {"symlink", symlink_something, 0, 1},
    {"mkdtemp", temporary_folder, 0, 1},
    {"mkstemps", temporary_file, 0, 1},
    {"O_TMPFILE", link_unnamed, 0, 1},
    {"long", make_long, 0, 1},
    {NULL, NULL, 0, 0}};
