/* qlshim exec: becomes a program with the library preloaded. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/library.h"
#include "core/kernel.h"
#include "core/passwd_file.h"
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
    "  --help         this text\n"
    "\n"
    "Exit status: 125 for a mistake in the options or no library, 126 where COMMAND\n"
    "cannot be run, 127 where it is not found.\n";

static const struct option options[] = {{"user", required_argument, NULL, 0},
                                        {"home", required_argument, NULL, 0},
                                        {"tmpdir", required_argument, NULL, 0},
                                        {"state", required_argument, NULL, 0},
                                        {"log", required_argument, NULL, 0},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

/* By the index of the option. */
static const char *const variables[] = {"QLSHIM_USER", "QLSHIM_HOME", "QLSHIM_TMPDIR",
                                        "QLSHIM_STATE", "QLSHIM_LOG"};

/* "" and a setting that the library would refuse are mistakes here, where somebody reads them. */
static bool value_usable(const char *option, const char *value) {
    static const char *const levels[] = {"off", "error", "info", "debug"};
    bool is_folder = strcmp(option, "user") != 0 && strcmp(option, "log") != 0;
    if (strcmp(option, "log") == 0) {
        for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
            if (strcmp(value, levels[i]) == 0)
                return true;
        fprintf(stderr, "qlshim: --log %s: not one of off, error, info, debug\n", value);
        return false;
    }
    if (is_folder && value[0] != '/') {
        fprintf(stderr, "qlshim: --%s %s: not an absolute path\n", option, value);
        return false;
    }
    if (value[0] == '\0')
        fprintf(stderr, "qlshim: --%s needs a value\n", option);
    return value[0] != '\0';
}

/* Whether the entries of a LD_PRELOAD, which colons and spaces separate, hold the library. */
static bool has_entry(const char *preload, const char *library) {
    size_t length = strlen(library);
    while (*preload != '\0') {
        size_t entry = strcspn(preload, ": ");
        if (entry == length && strncmp(preload, library, length) == 0)
            return true;
        preload += entry;
        preload += strspn(preload, ": ");
    }
    return false;
}

static bool preload(const char *library) {
    const char *others = getenv("LD_PRELOAD");
    char *entries = NULL;
    if (others == NULL || *others == '\0')
        return setenv("LD_PRELOAD", library, 1) == 0;
    if (has_entry(others, library))
        return true;
    bool done =
        asprintf(&entries, "%s:%s", library, others) > 0 && setenv("LD_PRELOAD", entries, 1) == 0;
    free(entries);
    return done;
}

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
 * given up for a nameless user, who has nothing to lose by it (the hook on execve does the same).
 */
static void give_up_privileges(const char *name) {
    char path[PATH_MAX];
    const char *search = getenv("PATH");
    bool found = strchr(name, '/') == NULL && search != NULL && target_find(name, search, path);
    if (target_yields_privileges(name) && geteuid() != 0 &&
        target_is_set_id(AT_FDCWD, found ? path : name, 0) &&
        !passwd_file_has("/etc/passwd", geteuid()))
        kernel_set_no_new_privs();
}

static int become(char *command[]) {
    give_up_privileges(command[0]);
    execvp(command[0], command);
    int status = exit_status(command[0], errno);
    fprintf(stderr, "qlshim: %s: %s\n", command[0],
            status == EXIT_NOT_FOUND ? "command not found" : strerror(errno));
    return status;
}

int command_exec(int argc, char *argv[]) {
    char library[PATH_MAX];
    int index = 0;
    int found;
    opterr = 0;
    while ((found = getopt_long(argc, argv, "+:", options, &index)) != -1) {
        if (found == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (found != 0) {
            fprintf(stderr, "qlshim: %s: %s; see qlshim exec --help\n", argv[optind - 1],
                    found == ':' ? "needs a value" : "no such option");
            return EXIT_USAGE;
        }
        if (!value_usable(options[index].name, optarg) || setenv(variables[index], optarg, 1) != 0)
            return EXIT_USAGE;
    }
    if (optind == argc) {
        fputs("qlshim: exec needs a COMMAND; see qlshim exec --help\n", stderr);
        return EXIT_USAGE;
    }
    if (!find_library(library))
        return EXIT_USAGE;
    if (!preload(library)) {
        fprintf(stderr, "qlshim: cannot set LD_PRELOAD: %s\n", strerror(errno));
        return EXIT_USAGE;
    }
    return become(argv + optind);
}
