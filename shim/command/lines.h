/* A line of a log, as programs, engines and panels print it, taken down to what it says. */
#ifndef QLSHIM_COMMAND_LINES_H
#define QLSHIM_COMMAND_LINES_H

#include <stdbool.h>

/*
 * Hands each text of `line`, which is changed, to `say`: the strings of a JSON object (Docker's
 * json-file, pino), whatever is in front of one, or else all of it; without colours, and with one
 * kind of quotes. Whether `say` said yes to any.
 */
bool lines_each(char *line, bool (*say)(const char *text));

/* Whether it names an address with a port, and no Unix socket. */
bool lines_name_port(const char *line);

#endif
