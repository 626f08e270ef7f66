/* What the probes share: a line a step, with the name of the error rather than its number. */
#ifndef QLSHIM_TESTS_PROBE_H
#define QLSHIM_TESTS_PROBE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/errno_name.h"

/* "ok", or the name of errno where the result is negative. */
static inline const char *outcome(int result) {
    return result < 0 ? errno_name(errno) : "ok";
}

static inline void report(const char *step, int result) {
    printf("%s: %s\n", step, outcome(result));
}

static inline socklen_t address_of(struct sockaddr_un *address, const char *path) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    size_t length = strlen(path);
    if (length > sizeof address->sun_path)
        length = sizeof address->sun_path;
    memcpy(address->sun_path, path, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (length < 108));
}

#endif
