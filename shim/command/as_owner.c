#include "command/as_owner.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 10, NOGROUP = 65534 };

/* Of files only: whoever has a process's uid may stop it (kill(2)). */
static bool become(uid_t owner) {
    if (setgroups(0, NULL) != 0)
        return false;
    setfsgid(NOGROUP);
    setfsuid(owner);
    return setfsgid((gid_t)-1) == NOGROUP && (uid_t)setfsuid((uid_t)-1) == owner;
}

/* In milliseconds, of what all looks have together: one user may have many folders. */
static int time_left(void) {
    static struct timespec end;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (end.tv_sec == 0)
        end = (struct timespec){now.tv_sec + SECONDS, now.tv_nsec};
    long long left = (end.tv_sec - now.tv_sec) * 1000LL + (end.tv_nsec - now.tv_nsec) / 1000000;
    return left > 0 ? (int)left : 0;
}

/* True at its end; false where the time was over before. */
static bool print_all(int fd) {
    char bytes[4096];
    char last = '\n';
    ssize_t size = -1;
    for (;;) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        int ready = poll(&readable, 1, time_left());
        if (ready < 0 && errno == EINTR)
            continue;
        size = ready > 0 ? read(fd, bytes, sizeof bytes) : -1;
        if (size <= 0)
            break;
        fwrite(bytes, 1, (size_t)size, stdout);
        last = bytes[size - 1];
    }
    if (size != 0 && last != '\n')
        putchar('\n');
    return size == 0;
}

bool as_owner(uid_t owner, void (*work)(const char *path), const char *path) {
    int ends[2];
    int status = 0;
    if (pipe(ends) != 0)
        return false;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        /* What cannot be ended holds nothing of the caller's open. */
        if (dup2(ends[1], STDOUT_FILENO) < 0 || dup2(ends[1], STDERR_FILENO) < 0)
            _exit(1);
        close(ends[0]);
        close(ends[1]);
        if (!become(owner))
            _exit(1);
        work(path);
        fflush(stdout);
        _exit(0);
    }
    close(ends[1]);
    bool all = child > 0 && print_all(ends[0]);
    close(ends[0]);
    if (child > 0 && !all)
        kill(child, SIGKILL); /* and not waited for: on a volume it may not hear that */
    else if (child > 0 && waitpid(child, &status, 0) == child)
        all = status == 0;
    return all;
}
