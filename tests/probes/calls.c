/*
 * Calls with answers that are the kernel's to give, on a socket of a volume. Each case runs in a
 * process of its own, in FOLDER, by names relative to it; prints a line for each step, or the
 * signal that ended it.
 *
 *     calls CASE FOLDER
 *
 * What it prints without the shim on a filesystem that takes sockets is right; with it, it must
 * print the same.
 */
#include "probes/probe.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int bound(int type, const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, path);
    int fd = socket(AF_UNIX, type, 0);
    if (bind(fd, (struct sockaddr *)&address, length) != 0)
        report("bind", -1);
    return fd;
}

/* `size` bytes that end where an unmapped page begins. */
static void *at_the_edge(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(pages + page, page);
    return pages + page - size;
}

/* D1 */
static void send_with_path(void) {
    struct sockaddr_un address;
    struct iovec piece = {"x", 1};
    mkdir("closed", 0700);
    close(bound(SOCK_STREAM, "closed/s"));
    chmod("closed", 0);
    socklen_t length = address_of(&address, "closed/s");
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = length, .msg_iov = &piece, .msg_iovlen = 1};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    report("sendto", (int)sendto(fd, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&address, length));
    report("sendmsg", (int)sendmsg(fd, &message, MSG_NOSIGNAL));
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    report("sendto of a datagram", (int)sendto(fd, "x", 1, 0, (struct sockaddr *)&address, length));
    chmod("closed", 0700);
}

/* D2 */
static void link_socket(void) {
    struct sockaddr_un address;
    int fd = bound(SOCK_STREAM, "s");
    listen(fd, 9);
    report("linkat", linkat(AT_FDCWD, "s", AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
    socklen_t length = address_of(&address, "linked");
    report("connect",
           connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, length));
}

/* D3 */
static void bind_again(void) {
    static const char *const paths[] = {"closed/s", "file/s", "file", "missing/s", "s", "free"};
    struct sockaddr_un address;
    int fd = bound(SOCK_STREAM, "s");
    mkdir("closed", 0);
    close(open("file", O_CREAT | O_WRONLY, 0600));
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        socklen_t length = address_of(&address, paths[i]);
        report(paths[i], bind(fd, (struct sockaddr *)&address, length));
    }
    report("access of free", access("free", F_OK));
    chmod("closed", 0700);
}

/* D4: a vector of which the first message is readable and the second is not there. */
static void send_to_the_edge(void) {
    struct sockaddr_un address;
    struct iovec piece = {"x", 1};
    int fd = bound(SOCK_DGRAM, "s");
    socklen_t length = address_of(&address, "s");
    struct mmsghdr *messages = at_the_edge(sizeof *messages);
    *messages = (struct mmsghdr){
        .msg_hdr = {
            .msg_name = &address, .msg_namelen = length, .msg_iov = &piece, .msg_iovlen = 1}};
    int count = sendmmsg(fd, messages, 2, 0);
    printf("sent %d, %s\n", count, outcome(count));
    count = sendmmsg(fd, messages + 1, 1, 0);
    printf("sent %d, %s\n", count, outcome(count));
}

static void receive_to_the_edge(void) {
    struct sockaddr_un address;
    char byte;
    struct iovec piece = {&byte, 1};
    int fd = bound(SOCK_DGRAM, "s");
    socklen_t length = address_of(&address, "s");
    for (int i = 0; i < 2; i++)
        report("sendto", (int)sendto(fd, "x", 1, 0, (struct sockaddr *)&address, length));
    struct mmsghdr *messages = at_the_edge(sizeof *messages);
    *messages = (struct mmsghdr){.msg_hdr = {.msg_name = &address,
                                             .msg_namelen = sizeof address,
                                             .msg_iov = &piece,
                                             .msg_iovlen = 1}};
    int count = recvmmsg(fd, messages, 2, MSG_DONTWAIT, NULL);
    printf("received %d, %s\n", count, outcome(count));
    count = recvmmsg(fd, messages + 1, 1, MSG_DONTWAIT, NULL);
    printf("received %d, %s\n", count, outcome(count));
}

static char *arguments[] = {"true", NULL};

static void spawn_with(const char *step, const char *path, char **environment) {
    pid_t child;
    int error = posix_spawn(&child, path, NULL, NULL, arguments, environment);
    errno = error;
    report(step, error == 0 ? 0 : -1);
    if (error == 0)
        waitpid(child, NULL, 0);
}

static char **bad_environment(void) {
    static char *environment[] = {"A=b", NULL, NULL};
    environment[1] = at_the_edge(0);
    return environment;
}

static char **endless_environment(void) {
    char **environment = at_the_edge(sizeof *environment);
    *environment = "A=b";
    return environment;
}

static char *endless_path(void) {
    char *path = at_the_edge(4);
    memcpy(path, "/bin", 4);
    return path;
}

static char *endless_variable(void) {
    char *variable = at_the_edge(10);
    memcpy(variable, "LD_PRELOAD", 10);
    return variable;
}

/* What is executed, where the folder has it. */
static const char *program(void) {
    return access("program", X_OK) == 0 ? "./program" : "/bin/true";
}

static void exec_bad_pointer(void) {
    report("execve", execve(program(), arguments, bad_environment()));
    report("execve", execve(program(), bad_environment(), environ));
}

static void exec_endless_environment(void) {
    report("execve", execve(program(), arguments, endless_environment()));
    report("execve", execve(program(), endless_environment(), environ));
}

static void exec_endless_variable(void) {
    char *environment[] = {endless_variable(), NULL};
    report("execve", execve(program(), arguments, environment));
}

static void exec_endless_path(void) {
    report("execve", execve(endless_path(), arguments, environ));
}

static void spawn_bad_pointer(void) {
    spawn_with("posix_spawn", program(), bad_environment());
}

static void spawn_endless_environment(void) {
    spawn_with("posix_spawn", program(), endless_environment());
}

static void spawn_endless_path(void) {
    spawn_with("posix_spawn", endless_path(), environ);
}

/* D5: a container engine's filter of before Linux 3.19. */
static void exec_descriptor(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    char *words[] = {"echo", "executed", NULL};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    report("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
    fflush(stdout);
    report("fexecve", fexecve(open("/bin/echo", O_RDONLY | O_CLOEXEC), words, environ));
}

/* D6 */
static void print_name(const char *step, int result, const struct sockaddr_un *address,
                       socklen_t length, size_t room) {
    size_t start = offsetof(struct sockaddr_un, sun_path);
    size_t given = length < room ? length : room;
    printf("%s: %s, length %u, %.*s\n", step, outcome(result), length,
           (int)(given > start ? given - start : 0), address->sun_path);
}

static void short_buffers(void) {
    static const socklen_t rooms[] = {0, 1, 2, 5, sizeof(struct sockaddr_un)};
    struct sockaddr_un address;
    struct sockaddr_un name;
    char byte;
    struct iovec piece = {&byte, 1};
    socklen_t length = address_of(&address, "server");
    int datagrams = bound(SOCK_DGRAM, "client");
    int receiver = bound(SOCK_DGRAM, "server");
    int server = bound(SOCK_STREAM, "stream");
    listen(server, 9);
    connect(datagrams, (struct sockaddr *)&address, length);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        memset(&name, 0, sizeof name);
        socklen_t room = rooms[i];
        int result = getsockname(server, (struct sockaddr *)&name, &room);
        print_name("getsockname", result, &name, room, rooms[i]);
        memset(&name, 0, sizeof name);
        room = rooms[i];
        result = getpeername(datagrams, (struct sockaddr *)&name, &room);
        print_name("getpeername", result, &name, room, rooms[i]);
        memset(&name, 0, sizeof name);
        room = rooms[i];
        send(datagrams, "x", 1, 0);
        result = (int)recvfrom(receiver, &byte, 1, MSG_DONTWAIT, (struct sockaddr *)&name, &room);
        print_name("recvfrom", result, &name, room, rooms[i]);
        memset(&name, 0, sizeof name);
        struct msghdr message = {
            .msg_name = &name, .msg_namelen = rooms[i], .msg_iov = &piece, .msg_iovlen = 1};
        send(datagrams, "x", 1, 0);
        result = (int)recvmsg(receiver, &message, MSG_DONTWAIT);
        print_name("recvmsg", result, &name, message.msg_namelen, rooms[i]);
        memset(&name, 0, sizeof name);
        struct mmsghdr messages = {
            .msg_hdr = {
                .msg_name = &name, .msg_namelen = rooms[i], .msg_iov = &piece, .msg_iovlen = 1}};
        send(datagrams, "x", 1, 0);
        result = recvmmsg(receiver, &messages, 1, MSG_DONTWAIT, NULL);
        print_name("recvmmsg", result, &name, messages.msg_hdr.msg_namelen, rooms[i]);
    }
}

/* A later message's address runs into an unmapped page. */
static void send_to_address_at_the_edge(void) {
    struct iovec piece = {"x", 1};
    struct sockaddr_un server;
    socklen_t length = address_of(&server, "server");
    struct sockaddr *broken = at_the_edge(8);
    int sender = bound(SOCK_DGRAM, "client");
    bound(SOCK_DGRAM, "server");
    connect(sender, (struct sockaddr *)&server, length);
    broken->sa_family = AF_UNIX;
    memset(broken->sa_data, 'p', 6);
    struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}},
                                  {.msg_hdr = {.msg_name = broken,
                                               .msg_namelen = sizeof server,
                                               .msg_iov = &piece,
                                               .msg_iovlen = 1}}};
    int sent = sendmmsg(sender, messages, 2, 0);
    printf("sent %d, %s\n", sent, outcome(sent));
}

/* A length that the kernel refuses, where other names of the vector are short. */
static void refused_length(void) {
    static const socklen_t rooms[][2] = {{(socklen_t)-1, 5}, {5, (socklen_t)-1}};
    struct sockaddr_un names[2];
    char bytes[2];
    struct sockaddr_un address;
    socklen_t length = address_of(&address, "server");
    int sender = bound(SOCK_DGRAM, "client");
    int receiver = bound(SOCK_DGRAM, "server");
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        struct mmsghdr messages[2] = {0};
        struct iovec pieces[2] = {{&bytes[0], 1}, {&bytes[1], 1}};
        for (size_t k = 0; k < 2; k++) {
            messages[k].msg_hdr = (struct msghdr){.msg_name = &names[k],
                                                  .msg_namelen = rooms[i][k],
                                                  .msg_iov = &pieces[k],
                                                  .msg_iovlen = 1};
            sendto(sender, "x", 1, 0, (struct sockaddr *)&address, length);
        }
        int received = recvmmsg(receiver, messages, 2, MSG_DONTWAIT, NULL);
        printf("%zu: received %d, %s\n", i, received, outcome(received));
        received = recvmmsg(receiver, messages, 0, MSG_DONTWAIT, NULL);
        printf("%zu: then %d, %s\n", i, received, outcome(received));
    }
}

/* Flags that no such call has. */
static void unknown_flags(void) {
    enum { NO_FLAG = 4 };
    int fd = bound(SOCK_STREAM, "s");
    report("fchmodat", fchmodat(AT_FDCWD, "s", 0600, NO_FLAG));
    report("fchownat", fchownat(AT_FDCWD, "s", getuid(), getgid(), NO_FLAG));
    report("linkat", linkat(AT_FDCWD, "s", AT_FDCWD, "other", NO_FLAG));
    report("utimensat", utimensat(AT_FDCWD, "s", NULL, NO_FLAG));
    close(fd);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"send_with_path", send_with_path},
    {"link_socket", link_socket},
    {"bind_again", bind_again},
    {"send_to_the_edge", send_to_the_edge},
    {"receive_to_the_edge", receive_to_the_edge},
    {"exec_bad_pointer", exec_bad_pointer},
    {"exec_endless_environment", exec_endless_environment},
    {"exec_endless_variable", exec_endless_variable},
    {"exec_endless_path", exec_endless_path},
    {"spawn_bad_pointer", spawn_bad_pointer},
    {"spawn_endless_environment", spawn_endless_environment},
    {"spawn_endless_path", spawn_endless_path},
    {"exec_descriptor", exec_descriptor},
    {"short_buffers", short_buffers},
    {"send_to_address_at_the_edge", send_to_address_at_the_edge},
    {"refused_length", refused_length},
    {"unknown_flags", unknown_flags},
};

int main(int argc, char *argv[]) {
    if (argc != 3 || chdir(argv[2]) != 0)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(argv[1], cases[i].name) != 0)
            continue;
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            cases[i].run();
            exit(0);
        }
        waitpid(child, &status, 0);
        if (WIFSIGNALED(status))
            printf("ended by signal %d\n", WTERMSIG(status));
        return 0;
    }
    return 2;
}
