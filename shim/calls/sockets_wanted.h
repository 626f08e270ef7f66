#ifndef QLSHIM_CALLS_SOCKETS_WANTED_H
#define QLSHIM_CALLS_SOCKETS_WANTED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kernel.h"
#include "core/settings.h"

/* Whether the doors do anything about sockets. */
static inline bool sockets_wanted(void) {
    return settings.active && settings.sockets != SOCKETS_OFF;
}

/*
 * Whether a pointer that the program passed may be looked at before the kernel has: by
 * its number alone. The kernel answers the others with EFAULT.
 */
static inline bool pointer_plausible(const void *pointer) {
    return address_plausible(pointer);
}

#endif
