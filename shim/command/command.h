/*
 * The subcommands of qlshim. Each takes its own name and arguments, as main does, writes what is
 * wrong to standard error, and returns the exit status.
 */
#ifndef QLSHIM_COMMAND_COMMAND_H
#define QLSHIM_COMMAND_COMMAND_H

/* As env(1), nice(1) and their like: what the wrapper itself can end with. */
enum { EXIT_USAGE = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* Becomes a program with libqlshim.so preloaded. Returns only where it could not. */
int command_exec(int argc, char *argv[]);

#endif
