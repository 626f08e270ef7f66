/*
 * Calls each door many times under callgrind, which notes for each what it executed
 * (bench/instructions counts what of that is the shim's).
 *
 *     doors passing FOLDER     where the shim has nothing to do
 *     doors working FOLDER     where it has: a nameless user, a folder where sockets are redirected
 */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

/* A multiple of the redirects between two looks for orphans (shim/sockets/collect.c). */
enum { CALLS = 64 };

/* The first calls look the next definition up, or find out what is then kept. */
#define COUNT(name, call)                                                                          \
    do {                                                                                           \
        for (int warm = 0; warm < 2; warm++)                                                       \
            (void)!(call);                                                                         \
        CALLGRIND_ZERO_STATS;                                                                      \
        for (int counted = 0; counted < CALLS; counted++)                                          \
            (void)!(call);                                                                         \
        CALLGRIND_DUMP_STATS_AT(name);                                                             \
    } while (0)

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static struct sockaddr_un bound_address = {.sun_family = AF_UNIX};
static struct sockaddr_un datagram_address = {.sun_family = AF_UNIX};
static int server;
static int datagram_server;

static int must(int result, const char *what) {
    if (result < 0)
        err(1, "%s", what);
    return result;
}

static int serve(const struct sockaddr_un *where, int type) {
    int fd = must(socket(AF_UNIX, type, 0), "socket");
    must(bind(fd, (const struct sockaddr *)where, sizeof *where), "bind");
    return fd;
}

static int bind_and_unlink(void) {
    close(serve(&bound_address, SOCK_STREAM));
    return unlink(bound_address.sun_path);
}

static int connect_and_accept(void) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    must(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
    close(must(accept(server, (struct sockaddr *)&name, &length), "accept"));
    return close(fd);
}

static int name_of_server(void) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    return getsockname(server, (struct sockaddr *)&name, &length);
}

static int name_of_peer(int fd) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    return getpeername(fd, (struct sockaddr *)&name, &length);
}

static ssize_t send_and_receive(void) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    char byte = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    must(
        (int)sendto(fd, &byte, 1, 0, (struct sockaddr *)&datagram_address, sizeof datagram_address),
        "sendto");
    close(fd);
    return recvfrom(datagram_server, &byte, 1, 0, (struct sockaddr *)&name, &length);
}

static ssize_t send_and_receive_message(void) {
    char byte = 0;
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_name = &datagram_address,
                             .msg_namelen = sizeof datagram_address,
                             .msg_iov = &bytes,
                             .msg_iovlen = 1};
    struct sockaddr_un name;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    must((int)sendmsg(fd, &message, 0), "sendmsg");
    close(fd);
    message.msg_name = &name;
    return recvmsg(datagram_server, &message, 0);
}

static void make_sockets(void) {
    snprintf(address.sun_path, sizeof address.sun_path, "server");
    snprintf(bound_address.sun_path, sizeof bound_address.sun_path, "bound");
    snprintf(datagram_address.sun_path, sizeof datagram_address.sun_path, "datagram");
    server = serve(&address, SOCK_STREAM);
    must(listen(server, 100), "listen");
    datagram_server = serve(&datagram_address, SOCK_DGRAM);
}

/* What both kinds of sockets do. */
static void count_sockets(void) {
    struct stat status;
    int peer = must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    must(connect(peer, (struct sockaddr *)&address, sizeof address), "connect");
    COUNT("bind, unlink", bind_and_unlink());
    COUNT("connect, accept", connect_and_accept());
    COUNT("getsockname", name_of_server());
    COUNT("getpeername", name_of_peer(peer));
    COUNT("sendto, recvfrom", send_and_receive());
    COUNT("sendmsg, recvmsg", send_and_receive_message());
    COUNT("stat of a socket", stat("server", &status));
    COUNT("lstat of a socket", lstat("server", &status));
    COUNT("access of a socket", access("server", W_OK));
    COUNT("chmod of a socket", chmod("server", 0600));
}

static void count_files(void) {
    struct stat status;
    struct statx extended;
    int fd = must(open("file", O_RDWR | O_CREAT, 0644), "open");
    int watch = must(inotify_init(), "inotify_init");
    must(ftruncate(fd, 1000), "ftruncate");
    must(symlink("file", "link"), "symlink");
    must(mkdir("folder", 0700), "mkdir");
    COUNT("stat", stat("file", &status));
    COUNT("stat of a missing file", stat("missing", &status));
    COUNT("lstat", lstat("file", &status));
    COUNT("lstat of a link", lstat("link", &status));
    COUNT("fstat", fstat(fd, &status));
    COUNT("fstatat", fstatat(AT_FDCWD, "file", &status, 0));
    COUNT("statx", statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &extended));
    COUNT("syscall", syscall(SYS_getpid));
    COUNT("syscall of statx",
          syscall(SYS_statx, AT_FDCWD, "file", 0, STATX_BASIC_STATS, &extended));
    COUNT("open", close(open("file", O_RDONLY)));
    COUNT("creat", close(creat("created", 0600)));
    COUNT("fopen", fclose(fopen("file", "r")));
    COUNT("access", access("file", R_OK));
    COUNT("faccessat", faccessat(AT_FDCWD, "file", R_OK, 0));
    COUNT("chmod", chmod("file", 0600));
    COUNT("chown", chown("file", (uid_t)-1, (gid_t)-1));
    COUNT("fchown", fchown(fd, (uid_t)-1, (gid_t)-1));
    COUNT("inotify_add_watch", inotify_add_watch(watch, "file", IN_MODIFY) < 0);
    COUNT("mkdir", mkdir("folder", 0700));
    COUNT("chdir", chdir("."));
    COUNT("link, unlink", link("file", "other") + unlink("other"));
    COUNT("rename", rename("file", "file"));
    COUNT("utimensat", utimensat(AT_FDCWD, "file", NULL, 0));
}

static int start_and_wait(char *path) {
    char *argv[] = {path, NULL};
    pid_t child;
    int error = posix_spawn(&child, path, NULL, NULL, argv, environ);
    return error != 0 ? error : (int)waitpid(child, NULL, 0);
}

static void count_identity(void) {
    gid_t group = getegid();
    COUNT("getuid", getuid() > 0);
    COUNT("geteuid", geteuid() > 0);
    COUNT("setuid", setuid(geteuid()));
    COUNT("setgid", setgid(group));
    COUNT("setgroups", setgroups(1, &group));
    COUNT("getpwuid of somebody else", getpwuid(1) == NULL);
    COUNT("getpwnam of somebody else", getpwnam("daemon") == NULL);
    COUNT("getgrgid of another group", getgrgid(1) == NULL);
    COUNT("syslog", (syslog(LOG_DEBUG, "%s", ""), 0));
}

static void count_programs(void) {
    char *argv[] = {"missing", NULL};
    COUNT("execve of a missing file", execve("missing", argv, environ));
    COUNT("execvp of a missing file", execvp("missing", argv));
    COUNT("execve without an environment", execve("missing", argv, NULL));
    COUNT("posix_spawn", start_and_wait("/bin/true"));
}

static void count_own_account(void) {
    char buffer[1024];
    struct passwd entry;
    struct passwd *result;
    char name[64];
    gid_t groups[64];
    int most = 64;
    if (getpwuid(geteuid()) == NULL)
        errx(1, "the uid has no name");
    COUNT("getpwuid", getpwuid(geteuid()) == NULL);
    COUNT("getpwuid_r",
          getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &result) != 0 || result == NULL);
    snprintf(name, sizeof name, "%s", getpwuid(geteuid())->pw_name);
    COUNT("getpwnam", getpwnam(name) == NULL);
    COUNT("getgrgid", getgrgid(getegid()) == NULL);
    COUNT("getgrouplist", (most = 64, getgrouplist(name, getegid(), groups, &most)) < 0);
    COUNT("getpwuid of somebody else", getpwuid(1) == NULL);
}

int main(int argc, char *argv[]) {
    bool passing = argc == 3 && strcmp(argv[1], "passing") == 0;
    CALLGRIND_DUMP_STATS_AT("load");
    if (argc != 3 || chdir(argv[2]) != 0)
        errx(2, "usage: doors passing|working FOLDER");
    make_sockets();
    if (!passing)
        sleep(4); /* what is read of a marker that is younger than two seconds is not remembered */
    count_sockets();
    if (passing) {
        count_files();
        count_identity();
        count_programs();
    } else {
        count_own_account();
    }
    return 0;
}
