#include "cron/state.h"

#include <errno.h>
#include <linux/limits.h>

#include "core/errno_name.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/passwd_file.h"
#include "core/rarely_used.h"
#include "core/settings.h"
#include "cron/program.h"

enum { STATE_SIZE = 512 };

static RARELY_USED char state[STATE_SIZE];

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

/* mkdir -p */
static int make_folders(const char *path) {
    char folder[STATE_SIZE];
    struct text text = text_in(folder, sizeof folder);
    for (; *path != '\0'; path++) {
        if (*path == '/' && text.length > 0)
            kernel_mkdir(folder, 0700);
        text_append_bytes(&text, path, 1);
    }
    int error = kernel_mkdir(folder, 0700);
    return error == -EEXIST ? 0 : error;
}

/* Root and oneself may lead a path elsewhere; whoever else does might lead it to a folder of his.
 */
static bool is_by_strangers_link(const char *path) {
    char part[STATE_SIZE];
    struct stat status;
    struct text text = text_in(part, sizeof part);
    for (; *path != '\0'; path++) {
        text_append_bytes(&text, path, 1);
        if ((path[1] == '/' || path[1] == '\0') && kernel_lstat(part, &status) == 0 &&
            S_ISLNK(status.st_mode) && status.st_uid != 0 && status.st_uid != kernel_geteuid())
            return true;
    }
    return false;
}

/* The name is one's own process's, so that two that try at once do not meet. */
static bool keeps_owners(const char *folder) {
    char path[STATE_SIZE + 40];
    struct stat status;
    struct text text = text_in(path, sizeof path);
    text_append(&text, folder);
    text_append(&text, "/.qlshim-owner-");
    text_append_number(&text, (uint64_t)kernel_getpid());
    int fd = kernel_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (fd < 0)
        return true;
    bool kept = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 &&
                status.st_uid == kernel_geteuid() && (status.st_mode & 0777) == 0600;
    kernel_close(fd);
    kernel_unlink(path);
    return kept;
}

enum cron_state cron_state_judge(const char *folder) {
    struct stat status;
    if (is_by_strangers_link(folder))
        return CRON_STATE_STRANGERS;
    if (kernel_fstatat(AT_FDCWD, folder, &status, 0) != 0 || !S_ISDIR(status.st_mode))
        return CRON_STATE_NONE;
    bool own = status.st_uid == kernel_geteuid();
    if (own && (status.st_mode & 022) == 0)
        return CRON_STATE_OWN;
    if (!keeps_owners(folder))
        return CRON_STATE_UNOWNED;
    return own || status.st_uid == 0 ? CRON_STATE_SHARED : CRON_STATE_STRANGERS;
}

static int find_folder(struct text *folder) {
    char private[FOLDER_SIZE];
    cron_state_folder(settings_variable("HOME"), folder);
    if (folder->length > 0)
        return 0;
    int error = private_folder(private);
    text_append(folder, private);
    text_append(folder, "/state");
    return error;
}

/*
 * The folder that was asked for, or one's own in it; a negative errno where there is none. EPERM
 * stands for what is somebody else's.
 */
static int take_folder(struct text *folder) {
    int error = find_folder(folder);
    if (error == 0 && is_by_strangers_link(folder->buffer))
        error = -EPERM;
    if (error == 0)
        error = make_folders(folder->buffer);
    if (error != 0)
        return error;
    enum cron_state judgement = cron_state_judge(folder->buffer);
    if (judgement == CRON_STATE_SHARED) {
        text_append(folder, "/qlshim-");
        text_append_number(folder, kernel_geteuid());
        error = kernel_mkdir(folder->buffer, 0700);
        if (error != 0 && error != -EEXIST)
            return error;
        judgement = cron_state_judge(folder->buffer);
    }
    if (judgement == CRON_STATE_OWN || judgement == CRON_STATE_UNOWNED)
        return 0;
    return judgement == CRON_STATE_NONE ? -ENOTDIR : -EPERM;
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

/* HOME is of use by now (identity/environment.c). */
static bool find_state(void) {
    struct text text = text_in(state, sizeof state);
    int error = take_folder(&text);
    if (error != 0)
        log_line(LOG_LEVEL_ERROR, "cannot keep cron's files in ", state, ": ",
                 error == -EPERM ? "it is somebody else's, or his link leads there"
                                 : errno_name(-error),
                 "; set QLSHIM_STATE to a folder of your own");
    else if (is_past_crontab())
        log_line(LOG_LEVEL_ERROR, "crontabs are read in ", state,
                 ", but crontab of a user with a name writes to /var/spool/cron/crontabs; set "
                 "QLSHIM_STATE for both");
    return error == 0;
}

static enum { NOT_ASKED, REFUSED, FOUND } answer;

const char *cron_state(void) {
    if (answer == NOT_ASKED)
        answer = find_state() ? FOUND : REFUSED;
    return cron_state_used();
}

const char *cron_state_used(void) {
    return answer == FOUND ? state : NULL;
}

bool cron_state_keeps_owners(void) {
    static enum { UNKNOWN, KEPT, NOT_KEPT } owners;
    if (owners == UNKNOWN)
        owners = answer != FOUND || keeps_owners(state) ? KEPT : NOT_KEPT;
    return owners == KEPT;
}
