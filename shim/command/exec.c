/* qlshim exec: becomes a program with the library preloaded. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/library.h"
#include "command/options.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/nameless.h"
#include "core/settings.h"
#include "cron/program.h"
#include "exec/target.h"

static const char usage[] =
    "usage: qlshim exec [OPTION…] [--] COMMAND [ARGUMENT…]\n"
    "\n"
    "Becomes COMMAND, with libqlshim.so preloaded: same process, its exit status.\n"
    "\n"
    "  --user NAME    the name of a uid without one            (QLSHIM_USER)\n"
    "  --home DIR     its home                                 (QLSHIM_HOME)\n"
    "  --tmpdir DIR   where redirected sockets are bound       (QLSHIM_TMPDIR; /tmp)\n"
    "  --state DIR    where cron's files are kept              (QLSHIM_STATE)\n"
    "  --log LEVEL    off, error, info or debug                (QLSHIM_LOG; error)\n"
    "  --writable DIR a folder to write in that is another's   (QLSHIM_WRITABLE; may be repeated)\n"
    "  --help         this text\n"
    "\n"
    "Exit status: 125 for a mistake in the options or no library, 126 where COMMAND\n"
    "cannot be run, 127 where it is not found.\n";

/* Whether a folder of PATH holds a file of that name, executable or not. */
static bool is_in_path(const char *name) {
    const char *path = getenv("PATH");
    char file[PATH_MAX];
    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        snprintf(file, sizeof file, "%.*s/%s", (int)length, path, name);
        if (access(file, F_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

/*
 * execvp(3) says EACCES, too, where a folder of PATH cannot be searched and the program is in none:
 * a uid without a name may well have inherited root's PATH.
 */
static int exit_status(const char *name, int error) {
    if (error == ENOENT || error == ENOTDIR)
        return EXIT_NOT_FOUND;
    return error == EACCES && strchr(name, '/') == NULL && !is_in_path(name) ? EXIT_NOT_FOUND
                                                                             : EXIT_NOT_EXECUTABLE;
}

/*
 * The loader drops the shim from a set-id program. Some can do without their privileges; they are
 * given up for a nameless user, who has nothing to lose by it, and crontab's for one who has said
 * where cron's files are to be (the hook on execve does the same, by the same settings).
 */
static bool may_give_up(const char *name, const char *library) {
    log_to_descriptor(-1); /* what is wrong with a setting the library says */
    settings_load(environ, false);
    return settings.active && geteuid() != 0 &&
           (cron_has_own_crontabs(name) || nameless(geteuid(), library));
}

static void give_up_privileges(char *const command[], const char *library) {
    const char *name = command[0];
    char path[PATH_MAX];
    const char *search = getenv("PATH");
    /* Without PATH execvp(3) looks into what confstr(3) says. */
    bool found = strchr(name, '/') == NULL &&
                 target_find(name, search != NULL ? search : "/bin:/usr/bin", path);
    if (target_yields_privileges(name, command) &&
        target_is_set_id(AT_FDCWD, found ? path : name, 0) && may_give_up(name, library))
        kernel_set_no_new_privs();
}

static int become(char *command[], const char *library) {
    give_up_privileges(command, library);
    execvp(command[0], command);
    int status = exit_status(command[0], errno);
    fprintf(stderr, "qlshim: %s: %s\n", command[0],
            status == EXIT_NOT_FOUND ? "command not found" : strerror(errno));
    return status;
}

int command_exec(int argc, char *argv[]) {
    char library[PATH_MAX];
    int first = 0;
    int status = options_settings(argc, argv, usage, &first);
    if (status != OPTIONS_READ)
        return status;
    if (first == argc) {
        fputs("qlshim: exec needs a COMMAND; see qlshim exec --help\n", stderr);
        return EXIT_USAGE;
    }
    if (!find_library(library) || !preload_library(library))
        return EXIT_USAGE;
    return become(argv + first, library);
}
