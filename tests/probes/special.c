/*
 * What a program meets that opens, truncates, changes or makes a socket without binding it: a line
 * for each step, to be compared with a disk's. The argument is the path of a socket; with another
 * argument, "new", there is none yet, and none is met before one is made; else that argument is a
 * step, and the only one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static const char *path;
static int folder;

static void tell(const char *step, int result) {
    struct stat status;
    printf("%s: %s", step, outcome(result < 0 ? -1 : 0));
    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        printf("; socket %o %d\n", status.st_mode & 07777, (int)status.st_size);
    else if (access(path, F_OK) == 0)
        printf("; no socket\n");
    else
        printf("; gone\n");
}

static void tell_open(const char *step, FILE *stream) {
    tell(step, stream == NULL ? -1 : 0);
}

static void write_to_it(void) {
    const char *name = strrchr(path, '/') + 1;
    tell("write", open(path, O_WRONLY));
    tell("read and write", open(path, O_RDWR));
    tell("truncate by open", open(path, O_WRONLY | O_TRUNC));
    tell("what a shell does", open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666));
    tell("append", open(path, O_WRONLY | O_CREAT | O_APPEND, 0666));
    tell("exclusively", open(path, O_WRONLY | O_CREAT | O_EXCL, 0666));
    tell("openat", openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0666));
    tell("openat exclusively", openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0666));
    tell("by descriptor alone", open(path, O_PATH | O_NOFOLLOW));
    tell("creat", creat(path, 0666));
    tell("truncate", truncate(path, 0));
    tell_open("fopen w", fopen(path, "w"));
    tell_open("fopen a", fopen(path, "ae"));
    tell_open("fopen r+", fopen(path, "r+"));
    tell_open("fopen wx", fopen(path, "wx"));
}

static void change_mode(void) {
    tell("lchmod", lchmod(path, 0640));
    tell("fchmodat2", (int)syscall(SYS_fchmodat2, AT_FDCWD, path, 0604, 0));
    tell("fchmodat2, no link",
         (int)syscall(SYS_fchmodat2, folder, strrchr(path, '/') + 1, 0600, AT_SYMLINK_NOFOLLOW));
    tell("fchmodat2, wrong flag", (int)syscall(SYS_fchmodat2, AT_FDCWD, path, 0604, 1));
}

/* In a process that has looked at nothing before. */
static void change_mode_first(const char *step) {
    const char *name = strrchr(path, '/') + 1;
    if (strcmp(step, "chmod") == 0)
        tell(step, chmod(path, 0640));
    if (strcmp(step, "fchmodat") == 0)
        tell(step, fchmodat(folder, name, 0604, 0));
    if (strcmp(step, "lchmod") == 0)
        tell(step, lchmod(path, 0620));
    if (strcmp(step, "fchmodat2") == 0)
        tell(step, (int)syscall(SYS_fchmodat2, AT_FDCWD, path, 0602, AT_SYMLINK_NOFOLLOW));
    if (strcmp(step, "chown") == 0)
        tell(step, chown(path, 0, 0)); /* root's is nobody's to give */
}

static void try_connect(void) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    tell("connect", connect(fd, (struct sockaddr *)&address, length));
    close(fd);
}

static void make(void) {
    char other[200];
    tell("mknod again", mknod(path, S_IFSOCK | 0755, 0));
    snprintf(other, sizeof other, "%s.made", path);
    path = other;
    umask(027);
    tell("mknod", mknod(path, S_IFSOCK | 0777, 0));
    try_connect();
    tell("chmod", chmod(path, 0711));
    tell("unlink", unlink(path));
    tell("mknodat", mknodat(folder, strrchr(path, '/') + 1, S_IFSOCK | 0700, 0));
    tell("mknodat again", mknodat(folder, strrchr(path, '/') + 1, S_IFSOCK | 0700, 0));
    tell("unlink", unlink(path));
    tell("mknodat, a path", mknodat(folder, path, S_IFSOCK | 0700, 0));
    tell("unlink", unlink(path));
    tell("mknod of a file", mknod(path, S_IFREG | 0700, 0));
    tell("unlink", unlink(path));
    tell("mknod in no folder", mknod("/none/at/all", S_IFSOCK | 0700, 0));
    tell("mknod of nothing", mknod((char *)8, S_IFSOCK | 0700, 0));
}

int main(int argc, char *argv[]) {
    char name[200];
    if (argc < 2)
        return 2;
    path = argv[1];
    snprintf(name, sizeof name, "%s", path);
    *strrchr(name, '/') = '\0';
    folder = open(name, O_RDONLY | O_DIRECTORY);
    if (argc == 2) {
        write_to_it();
        try_connect();
        change_mode();
    } else if (strcmp(argv[2], "new") != 0) {
        change_mode_first(argv[2]);
        return 0;
    }
    make();
    return 0;
}
