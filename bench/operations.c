#include "operations.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file is a byte larger than a file marker, and costs what one costs; a lookalike is as large. */
enum { FILE_SIZE = 200, LOOKALIKE_SIZE = 199, NAMED_UID = 1 };

/* As many as there are sockets to connect to in turn: one that was read just now costs less. */
enum { FILES = 16 };

static char file[sizeof((struct sockaddr_un *)0)->sun_path];
static char files[FILES][sizeof file];
static char lookalike[sizeof file];
static char missing[sizeof file];
static char written[sizeof file];
static const char *folder;
static char *nothing; /* bench/nothing.c */

static struct server {
    struct sockaddr_un address;
    int fd;
} * servers;
static long server_count;

static struct sockaddr_un address_in(const char *place, const char *name, long number) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length =
        snprintf(address.sun_path, sizeof address.sun_path, "%s/%s-%05ld", place, name, number);
    if (length >= (int)sizeof address.sun_path)
        errx(1, "%s is too long a path", place);
    return address;
}

static int checked(int result, const char *what) {
    if (result < 0)
        err(1, "%s in %s", what, folder);
    return result;
}

static int unix_socket(void) {
    return checked(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

static void listen_at(struct server *server, const char *place, const char *name, long number) {
    server->address = address_in(place, name, number);
    server->fd = unix_socket();
    checked(bind(server->fd, (struct sockaddr *)&server->address, sizeof server->address), "bind");
    checked(listen(server->fd, SOMAXCONN), "listen");
}

static void make_file(const char *path, size_t size) {
    char bytes[FILE_SIZE] = "not a marker";
    int fd = checked(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), "open");
    if (write(fd, bytes, size) != (ssize_t)size)
        err(1, "write %s", path);
    close(fd);
}

void operations_prepare(const char *place, long sockets) {
    folder = place;
    snprintf(file, sizeof file, "%s/file", folder);
    snprintf(lookalike, sizeof lookalike, "%s/lookalike", folder);
    snprintf(missing, sizeof missing, "%s/missing", folder);
    snprintf(written, sizeof written, "%s/written", folder);
    nothing = getenv("NOTHING");
    make_file(file, FILE_SIZE);
    for (int i = 0; i < FILES; i++) {
        snprintf(files[i], sizeof files[i], "%s/file-%05d", folder, i);
        make_file(files[i], FILE_SIZE);
    }
    make_file(lookalike, LOOKALIKE_SIZE);
    servers = calloc((size_t)sockets, sizeof *servers);
    for (; server_count < sockets; server_count++)
        listen_at(&servers[server_count], folder, "server", server_count);
}

/* All servers in turn, each thread and each loop beginning with another one. */
static const struct server *server_at(long turn, unsigned thread) {
    return &servers[(unsigned long)(turn + thread * 131L) % (unsigned long)server_count];
}

static void time_geteuid(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        geteuid();
}

static void time_stat(long count, unsigned thread) {
    struct stat status;
    (void)thread;
    while (count-- > 0)
        checked(stat(file, &status), "stat");
}

static void time_access(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        checked(access(file, R_OK), "access");
}

static void time_stat_lookalike(long count, unsigned thread) {
    struct stat status;
    (void)thread;
    while (count-- > 0)
        checked(stat(lookalike, &status), "stat");
}

static void time_stat_missing(long count, unsigned thread) {
    struct stat status;
    (void)thread;
    while (count-- > 0)
        if (stat(missing, &status) == 0 || errno != ENOENT)
            err(1, "stat %s", missing);
}

static void time_stat_socket(long count, unsigned thread) {
    struct stat status;
    while (count-- > 0) {
        checked(stat(server_at(count, thread)->address.sun_path, &status), "stat");
        if (!S_ISSOCK(status.st_mode))
            errx(1, "%s is no socket", server_at(count, thread)->address.sun_path);
    }
}

static void time_open(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        close(checked(open(file, O_RDONLY | O_CLOEXEC), "open"));
}

/* As a shell does for `> file`. */
static void time_open_write(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        close(checked(open(written, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), "open"));
}

static void read_file(long turn) {
    const char *path = files[turn % FILES];
    char bytes[FILE_SIZE + 1];
    int fd = checked(open(path, O_RDONLY | O_CLOEXEC), "open");
    if (read(fd, bytes, sizeof bytes) != FILE_SIZE)
        err(1, "read %s", path);
    close(fd);
}

static void time_read(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        read_file(count);
}

static void bind_and_unlink(const struct sockaddr_un *address) {
    int fd = unix_socket();
    checked(bind(fd, (const struct sockaddr *)address, sizeof *address), "bind");
    close(fd);
    checked(unlink(address->sun_path), "unlink");
}

static void time_bind(long count, unsigned thread) {
    struct sockaddr_un address = address_in(folder, "bind", thread);
    while (count-- > 0)
        bind_and_unlink(&address);
}

/* With the question that tells whether the folder takes sockets, as the shim asks it. */
static void time_bind_after_statfs(long count, unsigned thread) {
    struct sockaddr_un address = address_in(folder, "bind", thread);
    struct statfs volume;
    while (count-- > 0) {
        checked(statfs(folder, &volume), "statfs");
        bind_and_unlink(&address);
    }
}

static void connect_to(const struct server *server) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    int client = unix_socket();
    checked(connect(client, (const struct sockaddr *)&server->address, sizeof server->address),
            "connect");
    close(checked(accept(server->fd, (struct sockaddr *)&name, &length), "accept"));
    close(client);
}

static void time_connect(long count, unsigned thread) {
    while (count-- > 0)
        connect_to(server_at(count, thread));
}

/* Two that are connected to again and again: what one process remembers of a marker, and what it
 * reads anew. */
static void time_connect_first(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        connect_to(&servers[0]);
}

static void time_connect_second(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        connect_to(&servers[1]);
}

/*
 * What a redirected connect comes to where the marker's content falls from the sky: in one loop,
 * since a volume's server may still be busy with the close when the connect begins.
 */
static void time_read_and_connect(long count, unsigned thread) {
    static struct server server;
    (void)thread;
    if (server.fd == 0)
        listen_at(&server, getenv("QLSHIM_TMPDIR"), "native", 0);
    while (count-- > 0) {
        read_file(count);
        connect_to(&server);
    }
}

/* What a connect to a marker costs natively, before the shim looks at it. */
static void time_connect_to_file(long count, unsigned thread) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)thread;
    memcpy(address.sun_path, file, sizeof file);
    int fd = unix_socket();
    while (count-- > 0)
        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno != ECONNREFUSED)
            err(1, "connect to %s", file);
    close(fd);
}

static void time_getsockname(long count, unsigned thread) {
    struct sockaddr_un name;
    while (count-- > 0) {
        socklen_t length = sizeof name;
        checked(getsockname(server_at(count, thread)->fd, (struct sockaddr *)&name, &length),
                "getsockname");
    }
    if (strncmp(name.sun_path, folder, strlen(folder)) != 0)
        errx(1, "getsockname says %s", name.sun_path);
}

static void time_getpwuid_named(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        if (getpwuid(NAMED_UID) == NULL)
            err(1, "getpwuid(%d)", NAMED_UID);
}

static void time_getpwuid_own(long count, unsigned thread) {
    uid_t uid = geteuid();
    (void)thread;
    while (count-- > 0)
        getpwuid(uid);
}

/* To the end of the program that it became: one that does nothing, or none. */
static void start(char *path, int expected) {
    char *argv[] = {path, NULL};
    int status;
    pid_t child = vfork();
    if (child == 0) {
        execve(path, argv, environ);
        _exit(errno == ENOENT ? 1 : 2);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != expected)
        err(1, "execve of %s", path);
}

static void time_execve(long count, unsigned thread) {
    (void)thread;
    while (count-- > 0)
        start(nothing, 0);
}

static void time_execve_missing(long count, unsigned thread) {
    char *argv[] = {missing, NULL};
    (void)thread;
    while (count-- > 0)
        if (execve(missing, argv, environ) == 0 || errno != ENOENT)
            err(1, "execve of %s", missing);
}

static const struct {
    const char *name;
    operation *loop;
} operations[] = {
    {"geteuid", time_geteuid},
    {"stat", time_stat},
    {"stat-lookalike", time_stat_lookalike},
    {"stat-missing", time_stat_missing},
    {"stat-socket", time_stat_socket},
    {"access", time_access},
    {"open", time_open},
    {"open-write", time_open_write},
    {"read", time_read},
    {"bind", time_bind},
    {"bind-after-statfs", time_bind_after_statfs},
    {"connect", time_connect},
    {"connect-first", time_connect_first},
    {"connect-second", time_connect_second},
    {"read-connect", time_read_and_connect},
    {"connect-to-file", time_connect_to_file},
    {"getsockname", time_getsockname},
    {"getpwuid-named", time_getpwuid_named},
    {"getpwuid-own", time_getpwuid_own},
    {"execve", time_execve},
    {"execve-missing", time_execve_missing},
};

operation *operation_named(const char *name) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (strcmp(operations[i].name, name) == 0)
            return operations[i].loop;
    return NULL;
}
