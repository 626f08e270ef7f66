/* The qlshim command: which subcommand, and what it says of itself. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"

static const char usage[] =
    "usage: qlshim exec [OPTION…] [--] COMMAND [ARGUMENT…]\n"
    "       qlshim --help | --version\n"
    "\n"
    "Runs a program under libqlshim.so, so that its Unix sockets work on volumes that\n"
    "refuse them. `qlshim exec --help` lists the options.\n";

int main(int argc, char *argv[]) {
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "exec") == 0)
        return command_exec(argc - 1, argv + 1);
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
