/*
 * The subcommands of qlshim. Each takes its own name and arguments, as main does, writes what is
 * wrong to standard error, and returns the exit status.
 */
#ifndef QLSHIM_COMMAND_COMMAND_H
#define QLSHIM_COMMAND_COMMAND_H

/* As env(1), nice(1) and their like: what the wrapper itself can end with. */
enum { EXIT_USAGE = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* doctor: something needs the reader; explain: a text that is not known. */
enum { EXIT_NEEDS_READER = 1 };

/* Becomes a program with libqlshim.so preloaded. Returns only where it could not. */
int command_exec(int argc, char *argv[]);

/* Tries what would fail here without the shim, and says what the shim does about it. */
int command_doctor(int argc, char *argv[]);

/* From a pasted error message to its cause and its mend. */
int command_explain(int argc, char *argv[]);

/* The redirected sockets, live and stale; removes the stale. */
int command_status(int argc, char *argv[]);

/* The environment that exec would give a program, as lines for a shell's eval. */
int command_env(int argc, char *argv[]);

/* A CDI spec, by which an engine brings the library into containers of unchanged images. */
int command_cdi(int argc, char *argv[]);

#endif
