#include "cron/paths.h"

#include <errno.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/passwd_file.h"
#include "core/rarely_used.h"
#include "core/settings.h"
#include "core/text.h"
#include "cron/ownership.h"

enum { STATE_SIZE = 512, MAPPED_SIZE = 1024 };

static RARELY_USED char state[STATE_SIZE];
static bool refused; /* the state is, or can be, another user's */

static bool is_absolute(const char *path) {
    return path != NULL && path[0] == '/';
}

void cron_state_folder(const char *home, struct text *folder) {
    const char *state_home = settings_variable("XDG_STATE_HOME");
    if (settings.state[0] != '\0') {
        text_append(folder, settings.state);
    } else if (is_absolute(state_home)) {
        text_append(folder, state_home);
        text_append(folder, "/qlshim");
    } else if (is_absolute(home)) {
        text_append(folder, home);
        text_append(folder, "/.local/state/qlshim");
    }
}

static const char *after(const char *path, const char *prefix) {
    while (*prefix != '\0')
        if (*path++ != *prefix++)
            return NULL;
    return path;
}

/* mkdir -p */
static int make_folders(const char *path) {
    char folder[MAPPED_SIZE];
    struct text text = text_in(folder, sizeof folder);
    for (; *path != '\0'; path++) {
        if (*path == '/' && text.length > 0)
            kernel_mkdir(folder, 0700);
        text_append_bytes(&text, path, 1);
    }
    int error = kernel_mkdir(folder, 0700);
    return error == -EEXIST ? 0 : error;
}

/*
 * What else bcron's installation makes there, and its programs do not (bcron's README): a folder
 * for temporary files, and a fifo that tells of a new crontab, without which that is seen at the
 * next minute. A volume that has no fifos may leave an empty file: it is always readable, and would
 * keep the scheduler from ever looking at its jobs.
 */
static void complete_for_bcron(const char *spool) {
    char path[MAPPED_SIZE];
    struct stat status;
    struct text text = text_in(path, sizeof path);
    text_append(&text, spool);
    text_append(&text, "/tmp");
    kernel_mkdir(path, 0700);
    text = text_in(path, sizeof path);
    text_append(&text, spool);
    text_append(&text, "/trigger");
    kernel_mkfifo(path, 0600);
    if (kernel_lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        kernel_unlink(path);
}

static int make_spool(void) {
    char spool[MAPPED_SIZE];
    struct text text = text_in(spool, sizeof spool);
    text_append(&text, state);
    text_append(&text, "/spool");
    int error = make_folders(spool);
    if (error == 0 && cron_is_bcron)
        complete_for_bcron(spool);
    return error;
}

/*
 * `<state>/spool/crontabs`, once it is named. cronie never does: its crontabs are in the spool
 * itself, and its crond would take the folder for a crontab of nobody's.
 *
 * Debian's daemon looks into it again when its modification time, in whole seconds, has changed: a
 * new one is as old as can be, or a crontab that is installed in the second in which it was made
 * would not be seen. Not 0, which busybox's takes for what it has seen before.
 */
static void make_crontabs(void) {
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    char crontabs[MAPPED_SIZE];
    struct text text = text_in(crontabs, sizeof crontabs);
    text_append(&text, state);
    text_append(&text, "/spool/crontabs");
    if (kernel_mkdir(crontabs, 0700) == 0)
        kernel_utimens(crontabs, times, AT_SYMLINK_NOFOLLOW);
}

/*
 * The set-id crontab of a user with a name keeps its privileges, and writes where this daemon does
 * not read (cron_has_own_crontabs is the rule).
 */
static bool is_past_crontab(void) {
    struct stat status;
    return cron_program == CRON_DAEMON && settings.state[0] == '\0' &&
           passwd_file_has("/etc/passwd", kernel_geteuid()) &&
           kernel_fstatat(AT_FDCWD, "/usr/bin/crontab", &status, 0) == 0 &&
           (status.st_mode & (S_ISUID | S_ISGID)) != 0;
}

/*
 * The path without links, which is used from here on: who can change a link on the way cannot lead
 * elsewhere any more. Where /proc does not tell, links on the way are refused later.
 */
static void resolve_state(void) {
    char link[DESCRIPTOR_PATH_SIZE];
    char path[STATE_SIZE];
    int fd = kernel_open(state, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return;
    descriptor_path(fd, link);
    ssize_t length = kernel_readlinkat(AT_FDCWD, link, path, sizeof path - 1);
    kernel_close(fd);
    if (length <= 0)
        return;
    path[length] = '\0';
    text_copy(state, sizeof state, path);
}

static bool state_is_own(void) {
    char spool[MAPPED_SIZE];
    struct text text = text_in(spool, sizeof spool);
    text_append(&text, state);
    text_append(&text, "/spool");
    return cron_folder_is_own(state) && cron_folder_is_own(spool);
}

/* HOME is of use by now (identity/environment.c). */
static void find_state(void) {
    struct text text = text_in(state, sizeof state);
    cron_state_folder(settings_variable("HOME"), &text);
    refused = text.length == 0;
    if (refused) {
        log_error_once("cannot keep cron's files: no HOME; set QLSHIM_STATE");
        return;
    }
    int error = make_spool();
    resolve_state();
    refused = error == 0 && !state_is_own();
    if (refused)
        log_error_once(
            "cannot keep cron's files in ", state,
            ": others can write or replace it; set QLSHIM_STATE to a folder of your own");
    else if (error != 0)
        log_error_once("cannot keep cron's files in ", state, ": ", errno_name(-error),
                       "; set QLSHIM_STATE to a folder that can be written");
    else if (is_past_crontab())
        log_error_once(
            "crontabs are read in ", state,
            ", but crontab of a user with a name writes to /var/spool/cron/crontabs; set "
            "QLSHIM_STATE for both");
}

/* Appends it, where it is one's own. */
static bool append_state(struct text *mapped) {
    if (state[0] == '\0' && !refused)
        find_state();
    text_append(mapped, state);
    return !refused;
}

static uint64_t hash(uint64_t value, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        value = (value ^ (unsigned char)bytes[i]) * 0x100000001b3U; /* FNV-1a */
    return value;
}

/*
 * What is another container, or the same started anew, has another process 1: its PID namespace and
 * the time at which it was started (proc(5), /proc/pid/stat, field 22).
 */
static uint64_t container_id(void) {
    char bytes[512];
    uint64_t id = 0xcbf29ce484222325U;
    ssize_t size = kernel_readlinkat(AT_FDCWD, "/proc/self/ns/pid", bytes, sizeof bytes);
    if (size > 0)
        id = hash(id, bytes, (size_t)size);
    int fd = kernel_open("/proc/1/stat", O_RDONLY, 0);
    size = fd < 0 ? 0 : kernel_read(fd, bytes, sizeof bytes);
    if (fd >= 0)
        kernel_close(fd);
    size_t start = 0;
    for (size_t i = 0; size > 0 && i < (size_t)size; i++)
        if (bytes[i] == ')') /* the name before it may hold spaces */
            start = i + 1;
    int field = 2;
    for (size_t i = start; size > 0 && i < (size_t)size && field <= 22; i++) {
        field += bytes[i] == ' ';
        if (field == 22)
            id = hash(id, bytes + i, 1);
    }
    return id;
}

static bool is_usable(const char *folder) {
    return kernel_access(folder, R_OK | W_OK | X_OK) == 0;
}

static bool map_spool(const char *rest, struct text *mapped) {
    if ((*rest != '\0' && *rest != '/') || is_usable("/var/spool/cron/crontabs"))
        return false;
    if (!append_state(mapped))
        return false;
    if (cron_is_bcron || after(rest, "/crontabs") != NULL)
        make_crontabs();
    text_append(mapped, "/spool");
    text_append(mapped, rest);
    return cron_link_is_own(mapped->buffer);
}

/* The pid file is one for all containers that share the state; a reboot is each container's own. */
static bool map_run(const char *name, struct text *mapped) {
    bool pid = text_equal(name, "crond.pid") || text_equal(name, "cron.pid");
    bool reboot = text_equal(name, "crond.reboot") || text_equal(name, "cron.reboot");
    if ((!pid && !reboot) || is_usable("/run"))
        return false;
    if (!append_state(mapped))
        return false;
    if (reboot) {
        text_append(mapped, "/run-");
        text_append_hex(mapped, container_id(), 16);
        kernel_mkdir(mapped->buffer, 0700);
    }
    text_append(mapped, "/");
    text_append(mapped, name);
    return cron_link_is_own(mapped->buffer);
}

const char *cron_path_mapped(const char *path) {
    static RARELY_USED char rooms[2][MAPPED_SIZE];
    static unsigned turn;
    struct text mapped = text_in(rooms[turn++ % 2], MAPPED_SIZE);
    const char *rest = after(path, "/var/spool/cron");
    if (after(path, "crontabs") != NULL && state[0] != '\0' && !refused)
        make_crontabs(); /* Debian's programs have changed into the spool */
    const char *name = after(path, "/var/run/");
    if (name == NULL)
        name = after(path, "/run/");
    bool moved =
        (rest != NULL && map_spool(rest, &mapped)) || (name != NULL && map_run(name, &mapped));
    return moved && !mapped.cut ? mapped.buffer : path;
}

bool cron_in_spool(int fd) {
    char link[DESCRIPTOR_PATH_SIZE];
    char path[MAPPED_SIZE];
    descriptor_path(fd, link);
    ssize_t length = kernel_readlinkat(AT_FDCWD, link, path, sizeof path - 1);
    if (length <= 0 || state[0] == '\0')
        return false;
    path[length] = '\0';
    const char *rest = after(path, state);
    return rest != NULL && after(rest, "/spool/") != NULL;
}
