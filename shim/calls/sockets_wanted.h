#ifndef QLSHIM_CALLS_SOCKETS_WANTED_H
#define QLSHIM_CALLS_SOCKETS_WANTED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/settings.h"

/* Whether the doors do anything about sockets. */
static inline bool sockets_wanted(void) {
    return settings.active && settings.sockets != SOCKETS_OFF;
}

/*
 * Whether a pointer that the program passed may be looked at before the kernel has: not NULL or
 * near it, not in the kernel's half. The kernel answers the others with EFAULT.
 */
static inline bool pointer_plausible(const void *pointer) {
    return (uintptr_t)pointer >= 4096 && (intptr_t)pointer > 0;
}

#endif
