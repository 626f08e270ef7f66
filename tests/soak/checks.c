/* What servers and clients of the load have in common. */
#include "soak/load.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct shared *shared;
struct side *side;
_Thread_local struct call *present_call;

/* Not the C library's: libfaketime is in the way of that. */
int64_t now_ms(void) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_ms(int64_t duration) {
    struct timespec pause = {duration / 1000, duration % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

void count(uint64_t *figure) {
    __atomic_add_fetch(figure, 1, __ATOMIC_RELAXED);
}

void count_errno(void) {
    count(&side->errors[errno < ERRORS ? errno : ERRORS - 1]);
}

/* From now on the kernel gives this process, threads and all, no page more. */
void deny_memory(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_brk, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
        _exit(2);
}

/* Without opening /proc/self/fd, since that may be what there is no descriptor for. */
int count_descriptors(void) {
    int open = 0;
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        open += fcntl(fd, F_GETFD) != -1;
    return open;
}

void count_leaks(int before) {
    __atomic_add_fetch(&side->leaked, count_descriptors() - before, __ATOMIC_RELAXED);
}

int kind_of(int number) {
    return number / SERVERS % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM;
}

void server_path(char path[PATH_SIZE], int number) {
    snprintf(path, PATH_SIZE, "%.80s/server-%d.sock", shared->folder, number);
}

int open_socket(int kind) {
    const struct timeval limit = {.tv_sec = 2};
    int fd = TIMED(socket(AF_UNIX, kind | SOCK_CLOEXEC, 0));
    if (fd < 0) {
        count_errno();
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return fd;
}

void path_in(const struct sockaddr_un *address, socklen_t length, char path[PATH_SIZE]) {
    const size_t offset = offsetof(struct sockaddr_un, sun_path);
    size_t size = length > offset ? strnlen(address->sun_path, length - offset) : 0;
    memcpy(path, address->sun_path, size);
    path[size] = '\0';
}

bool named(int (*query)(int, struct sockaddr *, socklen_t *), int fd, const char *path) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    char found[PATH_SIZE] = "";
    if (TIMED(query(fd, (struct sockaddr *)&name, &length)) != 0) {
        count_errno();
        return false;
    }
    path_in(&name, length, found);
    if (strcmp(found, path) == 0)
        return true;
    count(&side->wrong_name);
    fprintf(stderr, "wrong name: %s for %s\n", found, path);
    return false;
}

void call_begins(const char *name) {
    static _Thread_local struct call own;
    if (present_call == NULL)
        present_call = &own;
    present_call->name = name;
    __atomic_store_n(&present_call->began_ms, now_ms(), __ATOMIC_RELAXED);
}

/* Two threads may write `longest` at once: it is for the reader's eyes. */
void call_ends(void) {
    int saved_errno = errno;
    int64_t duration = now_ms() - present_call->began_ms;
    __atomic_store_n(&present_call->began_ms, 0, __ATOMIC_RELAXED);
    if (duration > __atomic_load_n(&side->longest_ms, __ATOMIC_RELAXED)) {
        __atomic_store_n(&side->longest_ms, duration, __ATOMIC_RELAXED);
        snprintf(side->longest, sizeof side->longest, "%.*s", (int)strcspn(present_call->name, "("),
                 present_call->name);
    }
    errno = saved_errno;
}

bool hanging(const struct call *call) {
    int64_t began = __atomic_load_n(&call->began_ms, __ATOMIC_RELAXED);
    return began != 0 && now_ms() - began > LIMIT_MS;
}
