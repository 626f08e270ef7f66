/* The qlshim command: which subcommand, and what it says of itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"

static const char usage[] =
    "usage: qlshim exec [OPTION…] [--] COMMAND [ARGUMENT…]\n"
    "       qlshim doctor [--json] [PATH…]\n"
    "       qlshim explain [TEXT…]\n"
    "       qlshim status [--clean]\n"
    "       qlshim env [OPTION…]\n"
    "       qlshim cdi [--writable DIR]… [--library PATH]\n"
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
    "  cdi       a spec for /etc/cdi: `docker run --device qlshim.org/shim=all IMAGE`\n"
    "\n"
    "`qlshim SUBCOMMAND --help` lists the options of each.\n";

static const struct {
    const char *name;
    int (*run)(int argc, char *argv[]);
} subcommands[] = {
    {"exec", command_exec},     {"doctor", command_doctor}, {"explain", command_explain},
    {"status", command_status}, {"env", command_env},       {"cdi", command_cdi},
};

/*
 * A standard descriptor that is closed would be given to the next file that is opened, which would
 * then be read, written and closed as that. O_PATH can be neither read nor written.
 */
static void occupy_closed_descriptors(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/", O_PATH);
}

/* Network volumes report a full disk only when the file is closed. */
static bool output_is_written(void) {
    return fflush(stdout) == 0 && !ferror(stdout) && (close(STDOUT_FILENO) == 0 || errno == EBADF);
}

/* Half a report, or half an environment for eval, is no success. */
static int finish(int status) {
    if (output_is_written())
        return status;
    fputs("qlshim: cannot write to standard output\n", stderr);
    return EXIT_USAGE;
}

static int run(int argc, char *argv[]) {
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

int main(int argc, char *argv[]) {
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    /* Its COMMAND gets the descriptors as they are. */
    if (strcmp(argv[1], "exec") != 0)
        occupy_closed_descriptors();
    return finish(run(argc, argv));
}
