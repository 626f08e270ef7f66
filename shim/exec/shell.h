/* A command for /bin/sh -c that exports what the shell's children must inherit. */
#ifndef QLSHIM_EXEC_SHELL_H
#define QLSHIM_EXEC_SHELL_H

#include <stdbool.h>
#include <stddef.h>

struct shell_command {
    char *text;
    size_t size; /* of the pages that hold it */
};

/*
 * "export LD_PRELOAD='…' …; exec /bin/sh -c 'command'", where `environment` lacks what is to be
 * inherited. False, with nothing to release, where it lacks nothing, there is no memory, or the
 * command would become longer than an argument may be.
 */
bool shell_command_complete(const char *command, char *const environment[],
                            struct shell_command *completed);
void shell_command_release(const struct shell_command *completed);

#endif
