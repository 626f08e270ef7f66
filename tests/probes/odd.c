/*
 * Odd uses of the doors, each in a process of its own. Prints a line for each: what it came to.
 *
 *     odd CASE [FOLDER]      one of the cases below
 *     odd cases              their names
 *
 * What it prints without the shim is right; with it, it must print the same.
 */
#include "probes/probe.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *folder;

static void ignore_signal(int number) {
    (void)number;
}

/* More messages than sendmmsg takes, and than the shim keeps names for. */
static void receive_thousands(void) {
    enum { COUNT = 3000 };
    static struct mmsghdr messages[COUNT];
    static struct iovec pieces[COUNT];
    static struct sockaddr_un names[COUNT];
    static char bytes[COUNT];
    int ends[2];
    int room = 16 << 20;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    int sent = 0;
    while (sent < COUNT && send(ends[0], "x", 1, MSG_DONTWAIT) == 1)
        sent++;
    for (int i = 0; i < COUNT; i++) {
        pieces[i] = (struct iovec){&bytes[i], 1};
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &names[i];
        messages[i].msg_hdr.msg_namelen = 1;
    }
    printf("%d\n", recvmmsg(ends[1], messages, COUNT, MSG_DONTWAIT, NULL) == sent);
}

/* A signal ends a sendmmsg that has sent some. */
static void send_interrupted(void) {
    struct sigaction action = {.sa_handler = ignore_signal};
    struct iovec piece = {(char *)"x", 1};
    struct mmsghdr messages[999] = {0};
    int ends[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    for (int i = 0; i < 999; i++) {
        messages[i].msg_hdr.msg_iov = &piece;
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    sigaction(SIGALRM, &action, NULL);
    alarm(1);
    int sent = sendmmsg(ends[0], messages, 999, 0);
    printf("some but not all: %d\n", sent > 0 && sent < 999);
}

static void send_nothing(void) {
    int fd = open("/dev/null", O_RDWR);
    report("a bad descriptor", sendmmsg(-1, NULL, 0, 0));
    report("no socket", sendmmsg(fd, NULL, 0, 0));
}

/* Closing any descriptor of a file drops the process's locks on it. */
static void keep_locks(void) {
    char path[PATH_MAX];
    struct stat status;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(path, sizeof path, "%s/locked", folder);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 199);
    fcntl(fd, F_SETLK, &lock);
    stat(path, &status);
    pid_t child = fork();
    if (child == 0) {
        fcntl(fd, F_GETLK, &lock);
        _exit(lock.l_type == F_WRLCK);
    }
    int held = 0;
    waitpid(child, &held, 0);
    printf("held: %d\n", WEXITSTATUS(held));
    unlink(path);
}

static void spawn_badly(void) {
    char *const argv[] = {(char *)"true", NULL};
    char *const strange[] = {(char *)8, NULL};
    const char *volatile none = NULL; /* or the compiler objects */
    pid_t child = 0;
    printf("%s ", errno_name(posix_spawn(&child, none, NULL, NULL, argv, environ)));
    printf("%s ", errno_name(posix_spawn(&child, (char *)8, NULL, NULL, argv, environ)));
    printf("%s\n", errno_name(posix_spawn(&child, "/bin/true", NULL, NULL, argv, strange)));
}

static void *start_programs(void *nothing) {
    char *const argv[] = {(char *)"true", NULL};
    char *const empty[] = {NULL};
    pid_t child = 0;
    int status = 1;
    if (posix_spawn(&child, "/bin/true", NULL, NULL, argv, empty) == 0)
        waitpid(child, &status, 0);
    printf("spawn %d, ", status);
    child = vfork();
    if (child == 0) {
        execve("/bin/true", argv, empty);
        _exit(127);
    }
    waitpid(child, &status, 0);
    printf("exec %d\n", status);
    return nothing;
}

static void small_stack(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 16384);
    int error = pthread_create(&thread, &attributes, start_programs, NULL);
    if (error == 0)
        pthread_join(thread, NULL);
    printf("thread %d\n", error);
}

static void cleared_system(void) {
    clearenv();
    printf("%d\n", system("true"));
}

static void *nothing_mapped(void) {
    return mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void bad_pointers(void) {
    const void *const pointers[] = {NULL, (void *)8, (void *)-8, nothing_mapped()};
    for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        printf("bind %s, ", outcome(bind(fd, pointers[i], 110)));
        printf("connect %s, ", outcome(connect(fd, pointers[i], 110)));
        printf("stat %s, ", outcome(stat(pointers[i], (struct stat *)&fd)));
        printf("access %s, ", outcome(access(pointers[i], F_OK)));
        printf("sendmsg %s\n", outcome((int)sendmsg(fd, pointers[i], 0)));
        close(fd);
    }
}

static void odd_lengths(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memset(address.sun_path, 'p', sizeof address.sun_path);
    for (socklen_t length = 0; length < 130; length += length < 3 || length > 105 ? 1 : 34) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        chdir(folder);
        printf("%d: %s, ", (int)length, outcome(bind(fd, (struct sockaddr *)&address, length)));
        struct sockaddr_storage name = {0};
        socklen_t size = sizeof name;
        getsockname(fd, (struct sockaddr *)&name, &size);
        printf("%d\n", (int)size);
        if (size > 3)
            unlink(((struct sockaddr_un *)&name)->sun_path);
        close(fd);
    }
}

/* With each number of free descriptors: what a bind came to. */
static void few_descriptors(void) {
    struct sockaddr_un address;
    char path[PATH_MAX];
    int bound = 0;
    for (int free = 0; free < 6; free++) {
        snprintf(path, sizeof path, "%s/few%d", folder, free);
        socklen_t length = address_of(&address, path);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        struct rlimit limit = {(rlim_t)(fd + 1 + free), 4096};
        setrlimit(RLIMIT_NOFILE, &limit);
        bound += bind(fd, (struct sockaddr *)&address, length) == 0 && unlink(path) == 0;
        limit.rlim_cur = 1024;
        setrlimit(RLIMIT_NOFILE, &limit);
        close(fd);
    }
    printf("%d bound\n", bound);
}

/* To a living server, which a process need open nothing for. */
static void connect_without_descriptors(void) {
    struct sockaddr_un address;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/living", folder);
    socklen_t length = address_of(&address, path);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    report("bind", bind(server, (struct sockaddr *)&address, length));
    listen(server, 5);
    struct rlimit limit = {(rlim_t)(client + 1), 4096};
    setrlimit(RLIMIT_NOFILE, &limit);
    report("connect", connect(client, (struct sockaddr *)&address, length));
    unlink(path);
}

/* Of a socket's one name to its other: nothing is done where both are one file (rename(2)). */
static void rename_to_second_name(void) {
    struct sockaddr_un address;
    char first[PATH_MAX];
    char second[PATH_MAX];
    snprintf(first, sizeof first, "%s/first", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    socklen_t length = address_of(&address, first);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    report("bind", bind(server, (struct sockaddr *)&address, length));
    listen(server, 5);
    report("link", link(first, second));
    report("rename", rename(first, second));
    report("the first is there", access(first, F_OK));
    length = address_of(&address, second);
    report("connect",
           connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, length));
    report("rename to a third", rename(second, strcat(first, "s")));
    address_of(&address, first);
    report("connect",
           connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, length));
    unlink(first);
    first[strlen(first) - 1] = '\0';
    unlink(first);
}

static void *do_nothing(void *nothing) {
    return nothing;
}

/* What dlerror(3) says, and has said, is the program's: each door here is gone through for the
 * first time. */
static void keep_loader_errors(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, do_nothing, NULL);
    pthread_join(thread, NULL);
    printf("%s\n", dlerror() == NULL ? "no error" : "somebody else's error");
    dlopen("/nonexistent/pending.so", RTLD_NOW);
    access("/", F_OK);
    const char *text = dlerror();
    chmod("/nonexistent/file", 0600);
    printf("%s\n", text != NULL ? text : "no error");
}

/* The same without a thread, which looks all symbols up. */
static void keep_loader_errors_alone(void) {
    dlopen("/nonexistent/pending.so", RTLD_NOW);
    access("/", F_OK);
    const char *text = dlerror();
    chmod("/nonexistent/file", 0600);
    printf("%s\n", text != NULL ? text : "no error");
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {{"receive-thousands", receive_thousands},
             {"send-interrupted", send_interrupted},
             {"send-nothing", send_nothing},
             {"keep-locks", keep_locks},
             {"spawn-badly", spawn_badly},
             {"small-stack", small_stack},
             {"cleared-system", cleared_system},
             {"bad-pointers", bad_pointers},
             {"odd-lengths", odd_lengths},
             {"few-descriptors", few_descriptors},
             {"connect-without-descriptors", connect_without_descriptors},
             {"rename-to-second-name", rename_to_second_name},
             {"keep-loader-errors", keep_loader_errors},
             {"keep-loader-errors-alone", keep_loader_errors_alone}};

int main(int argc, char *argv[]) {
    folder = argc > 2 ? argv[2] : "/tmp";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (argc > 1 && strcmp(argv[1], "cases") == 0)
            puts(cases[i].name);
        else if (argc > 1 && strcmp(argv[1], cases[i].name) == 0)
            cases[i].run();
    }
    return 0;
}
