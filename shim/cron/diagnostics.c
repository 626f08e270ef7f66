#include "cron/diagnostics.h"

#include <syslog.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/text.h"
#include "cron/program.h"

static const char *name;

bool cron_diagnostics_wanted(void) {
    return (cron_program == CRON_DAEMON || cron_program == CRON_CRONTAB) &&
           kernel_access("/dev/log", F_OK) != 0;
}

void cron_name_diagnostics(const char *given) {
    name = given;
}

/* The null device is character device 1:3 (Linux, admin-guide/devices.txt). */
static bool is_null_device(int fd) {
    struct stat status;
    return kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) != 0 ||
           (S_ISCHR(status.st_mode) && status.st_rdev == device_make(1, 3));
}

/* dcron's daemon closes the first 256 descriptors (main.c, MAXOPEN). */
void cron_keep_standard_error(void) {
    int kept = kernel_duplicate_above(2, 256);
    if (kept >= 0)
        log_to_descriptor(kept);
}

/*
 * A daemon that went into the background let go of its standard error, and whoever waits for that
 * to close must not wait for a copy. Then process 1's serves, which in a container is what `docker
 * logs` shows.
 */
static int open_standard_error(void) {
    int kept = log_descriptor();
    if (!is_null_device(2))
        return kept;
    if (kept != 2)
        kernel_close(kept);
    log_to_descriptor(2);
    return kernel_open("/proc/1/fd/2", O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK, 0);
}

void cron_diagnose(int priority, const char *message) {
    char line[1024];
    struct text text = text_in(line, sizeof line - 1);
    if (cron_program == CRON_CRONTAB && LOG_PRI(priority) > LOG_WARNING)
        return;
    text_append(&text, name != NULL ? name : "cron");
    text_append(&text, "[");
    text_append_number(&text, (uint64_t)kernel_getpid());
    text_append(&text, "]: ");
    text_append(&text, message);
    while (text.length > 0 && line[text.length - 1] == '\n')
        text.length--;
    line[text.length++] = '\n';
    int fd = open_standard_error();
    if (fd < 0)
        return;
    write_quietly(fd, line, text.length);
    if (fd != log_descriptor())
        kernel_close(fd);
}
