/*
 * Calls that pass most doors by, in a folder of files x.txt, f and folders: a line each, the same
 * in a view of root's tree as in one's own (tests/writable/odd.bats).
 *
 *     passers FOLDER
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <linux/openat2.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#ifndef O_TMPFILE
#define O_TMPFILE (020000000 | O_DIRECTORY)
#endif
#define FCHMODAT2 452

static void opens(void) {
    struct open_how how = {.flags = O_WRONLY | O_CREAT, .mode = 0644};
    report("openat2 of a new file",
           (int)syscall(SYS_openat2, AT_FDCWD, "b/second", &how, sizeof how));
    report("it is there", access("b/second", F_OK));
    how = (struct open_how){.flags = O_WRONLY | O_APPEND};
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, "a/x.txt", &how, sizeof how);
    report("openat2 to append", fd);
    report("a write", (int)write(fd, "more\n", 5));
    struct stat status = {0};
    stat("a/x.txt", &status);
    printf("size: %ld\n", (long)status.st_size);
    report("faccessat2", (int)syscall(SYS_faccessat2, AT_FDCWD, "lib", W_OK, 0));
    int mode = (int)syscall(FCHMODAT2, AT_FDCWD, "lib/x.txt", 0600, 0);
    if (mode == 0 || errno != ENOSYS)
        report("fchmodat2", mode);
    report("a link that leads out: W_OK", access("out", W_OK));
    report("a link that leads out: open", open("out", O_WRONLY));
    report("a path that leads out: open", open("../outside", O_WRONLY));
    report("a path that leads out: truncate", truncate("../outside", 0));
}

/* A file without a name gets one (open(2), O_TMPFILE). */
static void names_nameless(void) {
    char link[64];
    int fd = open("d", O_TMPFILE | O_RDWR, 0644);
    report("O_TMPFILE", fd);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    report("linkat by /proc", linkat(AT_FDCWD, link, AT_FDCWD, "d/named", AT_SYMLINK_FOLLOW));
    report("linkat by nothing", linkat(fd, "", AT_FDCWD, "d/other", AT_EMPTY_PATH));
    report("named", access("d/named", F_OK));
}

static int visited;
static int visit(const char *path, const struct stat *status, int flag, struct FTW *walk) {
    (void)path;
    (void)status;
    (void)walk;
    visited += flag != FTW_NS && flag != FTW_DNR;
    return 0;
}

static void walks(void) {
    glob_t found = {0};
    printf("glob: %d,", glob("*/x.txt", 0, NULL, &found));
    for (size_t i = 0; i < found.gl_pathc; i++)
        printf(" %s", found.gl_pathv[i]);
    report("\nnftw", nftw("lib", visit, 8, FTW_PHYS));
    printf("visited %d\n", visited);
    int watch = inotify_init1(IN_NONBLOCK);
    char event[512];
    report("a watch", inotify_add_watch(watch, "e", IN_CREATE));
    close(open("e/seen", O_WRONLY | O_CREAT, 0600));
    report("an event", (int)read(watch, event, sizeof event));
}

static void removed_folder(const char *folder) {
    char path[4096];
    mkdir("gone", 0700);
    report("chdir", chdir("gone"));
    report("rmdir of it", rmdir("../gone"));
    report("getcwd", getcwd(path, sizeof path) == NULL ? -1 : 0);
    report("a file there", open("file", O_WRONLY | O_CREAT, 0600));
    report("..", chdir(".."));
    report("back", chdir(folder));
    printf("%s\n", getcwd(path, sizeof path) != NULL && strcmp(path, folder) == 0 ? "there" : path);
    report("chroot", chroot("a"));
}

static int ended(pid_t child) {
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

static void programs(void) {
    char *argv[] = {"script", NULL};
    char *none[] = {NULL};
    pid_t child;
    int fd = open("script", O_WRONLY | O_CREAT, 0755);
    static const char text[] = "#!/bin/sh\nPATH=/bin:/usr/bin\n: >made.$1\ntest -e made.$1\n";
    if (write(fd, text, sizeof text - 1) < 0)
        perror("script");
    close(fd);
    printf("posix_spawn: %d\n", posix_spawn(&child, "./script", NULL, NULL, argv, none));
    printf("ended with %#x\n", (unsigned)ended(child));
    child = vfork();
    if (child == 0) {
        execve("./script", argv, none);
        _exit(1);
    }
    printf("vfork, execve: %#x\n", (unsigned)ended(child));
    child = vfork();
    if (child == 0) {
        char *envp = NULL;
        if (chdir("a") == 0)
            execve("../script", argv, &envp);
        _exit(1);
    }
    printf("vfork, chdir, execve: %#x\n", (unsigned)ended(child));
    report("made", access("made.", F_OK));
    report("made in a", access("a/made.", F_OK));
}

int main(int argc, char *argv[]) {
    if (argc != 2 || chdir(argv[1]) != 0)
        return 2;
    setvbuf(stdout, NULL, _IONBF, 0);
    opens();
    names_nameless();
    walks();
    removed_folder(argv[1]);
    programs();
    return 0;
}
