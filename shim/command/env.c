/* qlshim env: what exec puts into a program's environment, as lines for a shell. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command/account.h"
#include "command/command.h"
#include "command/library.h"
#include "command/options.h"
#include "core/settings.h"
#include "identity/environment.h"

static const char usage[] =
    "usage: eval \"$(qlshim env [OPTION…])\"\n"
    "\n"
    "Prints the lines by which a shell and all that it starts get libqlshim.so: LD_PRELOAD,\n"
    "the settings named by options, and for a uid without a name HOME, USER and LOGNAME\n"
    "where they are missing or of no use. The options are those of qlshim exec:\n"
    "\n"
    "  --user NAME, --home DIR, --tmpdir DIR, --state DIR, --log LEVEL, --writable DIR…, --help\n"
    "\n"
    "The shell that reads them stays without it, so crontab and ssh-agent typed into it keep\n"
    "their set-id privileges and lose it: `qlshim exec -- sh` starts a shell with it.\n";

/* In single quotes, in which a shell takes every byte but the quote itself as it is. */
static void print_export(const char *name) {
    const char *value = getenv(name);
    if (value == NULL)
        return;
    printf("export %s='", name);
    for (; *value != '\0'; value++)
        if (*value == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*value);
    puts("'");
}

int command_env(int argc, char *argv[]) {
    char library[PATH_MAX];
    int first = 0;
    int status = options_settings(argc, argv, usage, &first);
    if (status != OPTIONS_READ)
        return status;
    if (first != argc) {
        fprintf(stderr, "qlshim: env takes no argument: %s; see qlshim env --help\n", argv[first]);
        return EXIT_USAGE;
    }
    if (!find_library(library) || !preload_library(library))
        return EXIT_USAGE;
    settings_load(environ, false);
    bool changed = identity_set_environment(&files_system);
    print_export("LD_PRELOAD");
    for (unsigned i = 0; options_setting(i) != NULL; i++)
        print_export(options_setting(i));
    for (unsigned i = 0; changed && i < 3; i++)
        print_export((const char *[]){"HOME", "USER", "LOGNAME"}[i]);
    return 0;
}
