/* Operations that go by ways of their own: a watch, another program, calls by their number. */
#include "writable/operations/operations.h"

#include <glob.h>
#include <linux/openat2.h>
#include <poll.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include "core/errno_name.h"

/* What somebody who watches the folder is told of a file that is made, written and removed. */
static void watch(int argument) {
    char folder[PATH_MAX];
    char path[PATH_MAX + 16];
    char room[4096] __attribute__((aligned(8)));
    (void)argument;
    snprintf(folder, sizeof folder, "%s/%s", root, pick_name(6));
    snprintf(path, sizeof path, "%s/watched", folder);
    say(shown(folder));
    int queue = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int watched = inotify_add_watch(queue, folder, IN_CREATE | IN_MODIFY | IN_DELETE);
    say_result(watched);
    int fd = watched >= 0 ? open(path, O_CREAT | O_WRONLY | O_EXCL, 0644) : -1;
    if (fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0)
        say_result(unlink(path));
    ssize_t size = read(queue, room, sizeof room);
    for (ssize_t next = 0; next < size;) {
        struct inotify_event *event = (struct inotify_event *)(void *)(room + next);
        char text[NAME_MAX + 32];
        snprintf(text, sizeof text, "%s:%x", event->len > 0 ? event->name : "", event->mask);
        say(text);
        next += (ssize_t)(sizeof *event + event->len);
    }
    close(queue);
}

/* A script says how it was called, and where it is. */
static void execute(int argument) {
    struct target target;
    char output[2 * PATH_MAX];
    int ends[2];
    pid_t child;
    (void)argument;
    choose(&target, false);
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0)
        return;
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    char *const arguments[] = {target.path, NULL};
    extern char **environ;
    int error = posix_spawn(&child, target.path, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    say(errno_name(error));
    if (error == 0) {
        int status;
        ssize_t size = read(ends[0], output, sizeof output - 1);
        output[size > 0 ? size : 0] = '\0';
        output[strcspn(output, "\n")] = '\0';
        say(shown(output));
        waitpid(child, &status, 0);
    }
    close(ends[0]);
}

/* By syscall(2), as programs do for what their C library has not. */
static void open_by_number(int flags) {
    struct target target;
    const struct open_how how = {.flags = (uint64_t)flags, .resolve = 0};
    choose(&target, true);
    int fd = (int)syscall(SYS_openat2, target.folder, target.path, &how, sizeof how);
    say_result(fd);
    close(fd);
}

static void access_by_number(int mode) {
    SIMPLE(syscall(SYS_faccessat2, target.folder, target.path, mode, 0));
}

/* From a folder that goes, or gets another name, while it is the current one. */
static void stand_in_renamed(int argument) {
    char path[PATH_MAX];
    struct target to;
    (void)argument;
    snprintf(path, sizeof path, "%s/%s", root, pick_name(8));
    say(shown(path));
    say_result(chdir(path));
    choose(&to, false);
    say_result(rename(path, to.path));
    char *current = getcwd(path, sizeof path);
    say(current != NULL ? shown(current) : errno_name(errno));
    int fd = open("stood", O_CREAT | O_WRONLY, 0644);
    say_result(fd);
    close(fd);
}

/* By a relative path from the folder above the tree, or by two ".." of one in it. */
static void from_elsewhere(int up) {
    char path[2 * PATH_MAX];
    char parts[PATH_MAX] = "";
    int here = open(".", O_PATH);
    glob_t found = {0};
    append_parts(parts, false);
    snprintf(path, sizeof path, "%s/%s", root, up ? "b/lib" : "..");
    int moved = chdir(path);
    say(moved == 0 ? shown(path) : "not there");
    if (moved == 0) {
        const char *tree = up ? "../.." : strrchr(root, '/') + 1;
        snprintf(path, sizeof path, "%s/%s", tree, parts);
        say(parts);
        int fd = open(path, O_CREAT | O_WRONLY | O_NONBLOCK, 0644);
        say_result(fd);
        close(fd);
        snprintf(path, sizeof path, "%s/%s/*", tree, pick_name(6));
        if (glob(path, 0, NULL, &found) == 0)
            for (size_t i = 0; i < found.gl_pathc; i++)
                say(found.gl_pathv[i]);
        globfree(&found);
    }
    if (here >= 0 && fchdir(here) == 0)
        close(here);
}

const struct operation odd_operations[] = {
    {"inotify", watch, 0, 1},
    {"execute", execute, 0, 1},
    {"openat2", open_by_number, O_RDONLY | O_NONBLOCK, 1},
    {"openat2, to write", open_by_number, O_RDWR | O_NONBLOCK, 1},
    {"openat2, unknown flags", open_by_number, 1 << 30, 1},
    {"faccessat2", access_by_number, W_OK, 1},
    {"rename of the current folder", stand_in_renamed, 0, 1},
    {"from above", from_elsewhere, 0, 2},
    {"from below", from_elsewhere, 1, 2},
    {NULL, NULL, 0, 0}};
