/* The qlshim command: which subcommand, and what it says of itself. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"

static const char usage[] =
    "usage: qlshim exec [OPTION…] [--] COMMAND [ARGUMENT…]\n"
    "       qlshim doctor [--json] [PATH…]\n"
    "       qlshim explain [TEXT…]\n"
    "       qlshim status [--clean]\n"
    "       qlshim env [OPTION…]\n"
    "       qlshim --help | --version\n"
    "\n"
    "Unchanged programs work as a user without a name, on volumes that refuse Unix\n"
    "sockets, with cron, under libqlshim.so.\n"
    "\n"
    "  exec      runs a program under it\n"
    "  doctor    tries what would fail here, and says what to do\n"
    "  explain   what an error message means; reads standard input without a TEXT\n"
    "  status    the sockets that were redirected, live and stale\n"
    "  env       lines for a shell: eval \"$(qlshim env)\"\n"
    "\n"
    "`qlshim SUBCOMMAND --help` lists the options of each.\n";

static const struct {
    const char *name;
    int (*run)(int argc, char *argv[]);
} subcommands[] = {
    {"exec", command_exec},     {"doctor", command_doctor}, {"explain", command_explain},
    {"status", command_status}, {"env", command_env},
};

int main(int argc, char *argv[]) {
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("qlshim " QLSHIM_VERSION);
        return 0;
    }
    fprintf(stderr, "qlshim: %s: no such subcommand; see qlshim --help\n", argv[1]);
    return EXIT_USAGE;
}
