#include "cron/program.h"

#include <stddef.h>

#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"

enum cron_program cron_program;
bool cron_is_busybox;
bool cron_is_bcron;
pid_t cron_started_as;

static bool starts_with(const char *string, const char *prefix) {
    while (*prefix != '\0')
        if (*string++ != *prefix++)
            return false;
    return true;
}

/*
 * bcron-start needs nothing, and bcrontab only asks bcron-spool, by a socket.
 */
static bool is_of_bcron(const char *base) {
    return text_equal(base, "bcron-sched") || text_equal(base, "bcron-exec") ||
           text_equal(base, "bcron-spool") || text_equal(base, "bcron-update");
}

enum cron_program cron_program_named(const char *path) {
    const char *base = text_base(path);
    if (text_equal(base, "crontab"))
        return CRON_CRONTAB;
    if (text_equal(base, "cron") || text_equal(base, "crond") || text_equal(base, "anacron") ||
        is_of_bcron(base))
        return CRON_DAEMON;
    return CRON_NONE;
}

bool cron_has_own_crontabs(const char *path) {
    return settings.state[0] != '\0' && !settings.cron_off && kernel_geteuid() != 0 &&
           cron_program_named(path) == CRON_CRONTAB;
}

/*
 * `busybox crond` and `/lib/ld-musl-x86_64.so.1 /usr/bin/crontab` name the program behind
 * themselves; a set-id helper that executes busybox may keep the name that it was called by.
 */
static enum cron_program named_by_argument(void) {
    char arguments[512];
    int fd = kernel_open("/proc/self/cmdline", O_RDONLY, 0);
    ssize_t size = fd < 0 ? fd : kernel_read(fd, arguments, sizeof arguments - 1);
    if (fd >= 0)
        kernel_close(fd);
    if (size <= 0)
        return CRON_NONE;
    arguments[size] = '\0';
    enum cron_program first = cron_program_named(arguments);
    size_t second = text_length(arguments) + 1;
    if (first != CRON_NONE)
        return first;
    return second < (size_t)size ? cron_program_named(arguments + second) : CRON_NONE;
}

static bool is_same_file(const char *path, const char *other) {
    struct stat status;
    struct stat others;
    return kernel_fstatat(AT_FDCWD, path, &status, 0) == 0 &&
           kernel_fstatat(AT_FDCWD, other, &others, 0) == 0 && status.st_ino == others.st_ino &&
           status.st_dev == others.st_dev;
}

/* By its name, or as a hard link to it, which `busybox --install` makes. */
static bool runs_busybox(void) {
    char path[512];
    ssize_t length = kernel_readlinkat(AT_FDCWD, "/proc/self/exe", path, sizeof path - 16);
    path[length > 0 ? length : 0] = '\0';
    char *base = path + (text_base(path) - path);
    if (starts_with(base, "busybox") || is_same_file("/proc/self/exe", "/bin/busybox"))
        return true;
    text_copy(base, 16, "busybox");
    return is_same_file("/proc/self/exe", path);
}

void cron_load(const char *executed) {
    if (executed == NULL || settings.cron_off || kernel_geteuid() == 0)
        return;
    const char *base = text_base(executed);
    if (starts_with(base, "busybox") || starts_with(base, "ld-"))
        cron_program = named_by_argument();
    else
        cron_program = cron_program_named(base);
    if (cron_program == CRON_DAEMON)
        cron_started_as = kernel_getpid();
    cron_is_busybox = cron_program != CRON_NONE && runs_busybox();
    cron_is_bcron = cron_program != CRON_NONE && is_of_bcron(base);
}
