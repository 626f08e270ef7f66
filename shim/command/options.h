/* The options that the subcommands share. */
#ifndef QLSHIM_COMMAND_OPTIONS_H
#define QLSHIM_COMMAND_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

/* What an options_ function returns where the subcommand is to go on, rather than to exit. */
enum { OPTIONS_READ = -1 };

/*
 * Reads --user, --home, --tmpdir, --state, --log and --writable, which stand for a setting each,
 * into the environment; each --writable adds a folder to those that are there. `first` is told
 * where the arguments begin that are no options. --help prints `usage`. Returns OPTIONS_READ or the
 * status to exit with, after saying what is wrong: "" and values that the library would refuse are
 * mistakes here, where somebody reads them.
 */
int options_settings(int argc, char *argv[], const char *usage, int *first);

/* The setting at `index` that an option may have put into the environment; NULL beyond the last. */
const char *options_setting(unsigned index);

/*
 * As options_settings, for a subcommand with one flag, --`name`, and no other option. `flag` is
 * whether it was given.
 */
int options_flag(int argc, char *argv[], const char *usage, const char *name, bool *flag,
                 int *first);

#endif
