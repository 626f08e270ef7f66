/*
 * File markers that this process has read. On many a volume each system call is a message to its
 * server: a client that connects for each request asks one question instead of three. Safe in
 * threads and signal handlers.
 */
#ifndef QLSHIM_SOCKETS_REMEMBERED_H
#define QLSHIM_SOCKETS_REMEMBERED_H

#include <stdbool.h>

#include "sockets/marker.h"

#pragma GCC visibility push(hidden)

/*
 * As marker_leads_to_socket, without following a link: what was read at `path`, whose hash is
 * given, where the same file lies there unchanged; else it is read, and kept.
 */
bool remembered_leads_to_socket(const char *path, unsigned hash, struct marker *marker);

/* Of a path whose socket refuses: it is read anew. */
void remembered_forget(unsigned hash);

#pragma GCC visibility pop

#endif
