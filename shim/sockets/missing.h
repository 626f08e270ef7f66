/*
 * Paths that a program was told are missing.
 *
 * Where the socket of a link marker is gone (a new container has a new /tmp), stat(2) and access(2)
 * follow the link and say ENOENT; looking closer at each such answer would cost every miss a system
 * call. A program that removes a stale socket only where it sees one would then find the path taken
 * when it binds. So the doors note whom they told ENOENT, and bind believes the program: what it
 * was told is missing, it may bind. Safe in threads and signal handlers.
 */
#ifndef QLSHIM_SOCKETS_MISSING_H
#define QLSHIM_SOCKETS_MISSING_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

void missing_note(const char *path);

/* Whether `path`, as spelled, is among the last few that were noted. */
bool missing_noted(const char *path);

#pragma GCC visibility pop

#endif
