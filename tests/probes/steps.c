/*
 * Every step that a server and a client take on a socket's path, each with what came of it, a line
 * a step. What it prints on a disk without the shim is the truth; on a volume that refuses sockets
 * it must print the same with the shim, and something else without.
 *
 *     steps FOLDER
 *
 * Works in FOLDER, which it leaves as it was where the steps succeed. Prints no inode, no time and
 * no path that depends on where FOLDER is.
 */
#include "probes/probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>
#ifndef STATX_TYPE /* musl before 1.2.4 */
#include <linux/stat.h>
#endif

static char folder[4096];

/* A path as printed: the folder's own name would differ from volume to volume. */
static const char *shown(const char *path) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 ? path + length : path;
}

static void print_name(const char *step, int result, const struct sockaddr_un *name,
                       socklen_t length) {
    size_t prefix = offsetof(struct sockaddr_un, sun_path);
    if (result < 0)
        report(step, result);
    else if (length <= prefix)
        printf("%s: no name\n", step);
    else
        printf("%s: %s, %d\n", step, shown(name->sun_path),
               (int)(length - prefix) - (int)strlen(name->sun_path));
}

static void print_names(const char *step, int fd, bool peer) {
    struct sockaddr_un name = {0};
    socklen_t length = sizeof name;
    int result = peer ? getpeername(fd, (struct sockaddr *)&name, &length)
                      : getsockname(fd, (struct sockaddr *)&name, &length);
    print_name(step, result, &name, length);

    /* A buffer that is too small: cut, nothing written behind it, and the full length reported. */
    char small[20];
    memset(small, '#', sizeof small);
    socklen_t room = 6;
    result = peer ? getpeername(fd, (struct sockaddr *)small, &room)
                  : getsockname(fd, (struct sockaddr *)small, &room);
    printf("%s, cut: %s, %.4s, intact %d, same length %d\n", step, outcome(result), small + 2,
           small[6] == '#', room == length);
    room = 0;
    result = peer ? getpeername(fd, NULL, &room) : getsockname(fd, NULL, &room);
    report("without a buffer", result);
}

static void print_stat(const char *step, int result, mode_t mode, off_t size, uid_t uid) {
    if (result != 0)
        report(step, result);
    else
        printf("%s: %06o, size %d, mine %d\n", step, mode, (int)size, uid == geteuid());
}

static void print_stats(const char *path) {
    struct stat status;
    struct statx extended;
    int result = stat(path, &status);
    print_stat("stat", result, status.st_mode, status.st_size, status.st_uid);
    result = lstat(path, &status);
    print_stat("lstat", result, status.st_mode, status.st_size, status.st_uid);
    result = fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW);
    print_stat("fstatat", result, status.st_mode, status.st_size, status.st_uid);
    int directory = open(".", O_RDONLY | O_DIRECTORY);
    const char *slash = strrchr(path, '/');
    result = fstatat(directory, slash == NULL ? path : slash + 1, &status, 0);
    print_stat("fstatat of a folder", result, status.st_mode, status.st_size, status.st_uid);
    close(directory);
#ifdef __GLIBC__ /* musl has had it since 1.2.4 only */
    result = statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &extended);
#else
    result =
        (int)syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &extended);
#endif
    print_stat("statx", result, extended.stx_mode, (off_t)extended.stx_size, extended.stx_uid);
    result = (int)syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &extended);
    print_stat("syscall(statx)", result, extended.stx_mode, (off_t)extended.stx_size,
               extended.stx_uid);
    report("access F_OK", access(path, F_OK));
    report("access W_OK", access(path, W_OK));
    report("faccessat R_OK", faccessat(AT_FDCWD, path, R_OK, 0));
    report("faccessat X_OK", faccessat(AT_FDCWD, path, X_OK, AT_EACCESS));
}

static void change_attributes(const char *path) {
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    struct utimbuf old_times = {1000000000, 1000000000};
    report("chmod 0600", chmod(path, 0600));
    print_stats(path);
    report("fchmodat 0777", fchmodat(AT_FDCWD, path, 0777, 0));
    print_stats(path);
    report("chown to oneself", chown(path, geteuid(), getegid()));
    report("lchown to oneself", lchown(path, (uid_t)-1, getegid()));
    report("fchownat to root", fchownat(AT_FDCWD, path, 0, 0, 0));
    report("utimensat", utimensat(AT_FDCWD, path, times, 0));
    report("utime", utime(path, &old_times));
    report("utimes", utimes(path, NULL));
}

static int bind_to(int fd, const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, path);
    return bind(fd, (struct sockaddr *)&address, length);
}

static int connect_to(int type, const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, path);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    int result = connect(fd, (struct sockaddr *)&address, length);
    if (result != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static void try_connect(const char *step, int type, const char *path) {
    int fd = connect_to(type, path);
    report(step, fd < 0 ? fd : 0);
    if (fd >= 0)
        close(fd);
}

/* Serves one client that is bound to a path of its own, by accept or accept4. */
static void converse(int listener, int type, const char *path, const char *client_path, bool by4) {
    struct sockaddr_un name = {0};
    socklen_t length = sizeof name;
    char byte = '?';
    int client = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    report("bind the client", bind_to(client, client_path));
    struct sockaddr_un address;
    socklen_t address_length = address_of(&address, path);
    errno = 42;
    int result = connect(client, (struct sockaddr *)&address, address_length);
    int error = errno;
    report("connect", result);
    printf("errno untouched: %d\n", result == 0 && error == 42);
    if (result == 0) {
        int server = by4 ? accept4(listener, (struct sockaddr *)&name, &length, SOCK_CLOEXEC)
                         : accept(listener, (struct sockaddr *)&name, &length);
        print_name("accept", server, &name, length);
        print_names("the client's peer", client, true);
        print_names("the server's peer", server, true);
        print_names("the server's name", server, false);
        report("send", (int)send(client, "x", 1, 0) - 1);
        report("receive", (int)recv(server, &byte, 1, 0) - 1);
        close(server);
    }
    close(client);
    report("unlink the client", unlink(client_path));
}

/* Without the one trial socket that a volume which cannot remove sockets keeps. */
static void print_folder(const char *step) {
    DIR *stream = opendir(".");
    int entries = 0;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strncmp(entry->d_name, ".qlshim-trial-", 14) != 0)
            entries++;
    closedir(stream);
    printf("%s: %d entries\n", step, entries);
}

static void serve(int type, const char *path, const char *client_path) {
    char moved[4200];
    snprintf(moved, sizeof moved, "%s/moved.sock", folder);
    int listener = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    report("bind", bind_to(listener, path));
    try_connect("connect before it listens", type, path);
    report("listen", listen(listener, 9));
    print_names("own name", listener, false);
    print_stats(path);
    converse(listener, type, path, client_path, false);
    change_attributes(path);

    int other = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    report("a second bind", bind_to(other, path));
    report("unlink", unlink(path));
    try_connect("connect to what is unlinked", type, path);
    report("the second bind again", bind_to(other, path));
    report("listen", listen(other, 9));
    report("bind what is bound", bind_to(other, "another.sock"));
    report("nothing is left of it", access("another.sock", F_OK));
    report("rename", rename(path, moved));
    converse(other, type, moved, client_path, true);
    print_names("own name", other, false);
    report("rename back", rename(moved, path));
    report("link", link(path, moved));
    try_connect("connect to the link", type, moved);
    report("link again", link(path, moved));
    report("unlink the first name", unlink(path));
    try_connect("connect to the link", type, moved);
    report("rename", rename(moved, path));

    close(listener);
    close(other);
    print_stats(path);
    try_connect("connect to a stale socket", type, path);
    other = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    report("bind to a stale socket", bind_to(other, path));
    report("unlink a stale socket", unlink(path));
    report("unlink what is gone", unlink(path));
    try_connect("connect to nothing", type, path);
    close(other);
    print_folder("left");
}

static void change_folder(void) {
    report("mkdir", mkdir("below", 0777));
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    report("chdir", chdir("below"));
    report("bind a relative path", bind_to(listener, "relative.sock"));
    report("listen", listen(listener, 9));
    report("chdir", chdir(".."));
    try_connect("connect by another path", SOCK_STREAM, "below/relative.sock");
    print_names("own name", listener, false);
    report("symlink to it", symlink("below/relative.sock", "/tmp/steps-link"));
    unlink("/tmp/steps-link");
    pid_t child = fork();
    if (child == 0) {
        int fd = connect_to(SOCK_STREAM, "below/relative.sock");
        fflush(stdout);
        _exit(fd >= 0 ? 0 : errno);
    }
    int status = 0;
    waitpid(child, &status, 0);
    printf("connect in a child: %d\n", WEXITSTATUS(status));
    report("unlink", unlink("below/relative.sock"));
    report("rmdir", rmdir("below"));
    close(listener);
}

static void print_received(const char *step, ssize_t size, const struct sockaddr_un *name,
                           socklen_t length) {
    print_name(step, (int)size, name, length);
}

static void exchange(int server, int client, const char *path) {
    struct sockaddr_un address;
    struct sockaddr_un names[2] = {0};
    char bytes[2] = "ab";
    socklen_t length = address_of(&address, path);
    struct iovec pieces[2] = {{&bytes[0], 1}, {&bytes[1], 1}};
    struct mmsghdr messages[2] = {0};
    for (int i = 0; i < 2; i++) {
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &address;
        messages[i].msg_hdr.msg_namelen = length;
    }
    report("sendto", (int)sendto(client, "x", 1, 0, (struct sockaddr *)&address, length) - 1);
    report("sendmsg", (int)sendmsg(client, &messages[0].msg_hdr, 0) - 1);
    printf("sendmmsg: %d\n", sendmmsg(client, messages, 2, 0));

    length = sizeof names[0];
    ssize_t size = recvfrom(server, bytes, 1, MSG_DONTWAIT, (struct sockaddr *)names, &length);
    print_received("recvfrom", size, names, length);
    messages[0].msg_hdr.msg_name = &names[0];
    messages[0].msg_hdr.msg_namelen = sizeof names[0];
    size = recvmsg(server, &messages[0].msg_hdr, MSG_DONTWAIT);
    print_received("recvmsg", size, names, messages[0].msg_hdr.msg_namelen);
    for (int i = 0; i < 2; i++) {
        messages[i].msg_hdr.msg_name = &names[i];
        messages[i].msg_hdr.msg_namelen = sizeof names[i];
    }
    int count = recvmmsg(server, messages, 2, MSG_DONTWAIT, NULL);
    printf("recvmmsg: %d\n", count);
    for (int i = 0; i < count; i++)
        print_received("its name", 0, &names[i], messages[i].msg_hdr.msg_namelen);
}

static void send_datagrams(void) {
    int server = socket(AF_UNIX, SOCK_DGRAM, 0);
    int client = socket(AF_UNIX, SOCK_DGRAM, 0);
    report("bind", bind_to(server, "server.dgram"));
    report("bind the client", bind_to(client, "client.dgram"));
    exchange(server, client, "server.dgram");
    report("a stream to a datagram socket", connect_to(SOCK_STREAM, "server.dgram"));
    close(server);
    struct sockaddr_un address;
    socklen_t length = address_of(&address, "server.dgram");
    report("sendto a stale socket",
           (int)sendto(client, "x", 1, 0, (struct sockaddr *)&address, length));
    report("unlink", unlink("server.dgram"));
    report("sendto nothing", (int)sendto(client, "x", 1, 0, (struct sockaddr *)&address, length));
    report("unlink", unlink("client.dgram"));
    close(client);
}

int main(int argc, char *argv[]) {
    char path[4200];
    if (argc != 2 || chdir(argv[1]) != 0 || getcwd(folder, sizeof folder) == NULL) {
        fprintf(stderr, "usage: steps FOLDER\n");
        return 2;
    }
    umask(022);
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(path, sizeof path, "%s/server.sock", folder);
    puts("== stream, by absolute paths");
    serve(SOCK_STREAM, path, "client.sock");
    puts("== sequenced packets, by relative paths");
    serve(SOCK_SEQPACKET, "server.sock", "./client.sock");
    puts("== another folder");
    change_folder();
    puts("== datagrams");
    send_datagrams();
    print_folder("left");
    return 0;
}
