#include "cron/state.h"

#include <errno.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/passwd_file.h"
#include "core/rarely_used.h"
#include "core/settings.h"
#include "cron/ownership.h"
#include "cron/program.h"

enum { STATE_SIZE = 512 };

/*
 * libqlshim-writable.so's, where that is loaded (writable/calls/cron.c): the kernel, which is
 * called here, knows of no view.
 */
bool qlshim_view_folder(const char *path, char *made, size_t size);
#pragma weak qlshim_view_folder

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
    char folder[STATE_SIZE + 16];
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
    char path[STATE_SIZE];
    int fd = kernel_open(state, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return;
    if (descriptor_target(fd, path, sizeof path) == 0)
        text_copy(state, sizeof state, path);
    kernel_close(fd);
}

/* Its spool is looked at too: it may have been made when the folder was open to others. */
static int take_state(void) {
    char spool[STATE_SIZE + 16];
    text_of_two(spool, sizeof spool, state, "/spool");
    int error = make_folders(spool);
    resolve_state();
    text_of_two(spool, sizeof spool, state, "/spool");
    if (error != 0 || (cron_folder_is_own(state) && cron_folder_is_own(spool)))
        return error;
    return -EPERM;
}

/* HOME is of use by now (identity/environment.c), be it that it lies in a view. */
static bool find_state(void) {
    struct text text = text_in(state, sizeof state);
    cron_state_folder(settings_variable("HOME"), &text);
    if (text.length == 0) {
        log_line(LOG_LEVEL_ERROR, "cannot keep cron's files: no HOME; set QLSHIM_STATE");
        return false;
    }
    if (qlshim_view_folder != NULL)
        qlshim_view_folder(state, state, sizeof state);
    int error = take_state();
    if (error != 0)
        log_line(LOG_LEVEL_ERROR, "cannot keep cron's files in ", state, ": ",
                 error == -EPERM ? "others can write or replace it" : errno_name(-error),
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
