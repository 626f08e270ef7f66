#ifndef QLSHIM_CALLS_SOCKETS_WANTED_H
#define QLSHIM_CALLS_SOCKETS_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/kernel.h"
#include "core/readable.h"
#include "core/settings.h"

/* Whether the doors do anything about sockets. */
static inline bool sockets_wanted(void) {
    return settings.active && settings.sockets != SOCKETS_OFF;
}

/* Whether what lies at `pointer` lies in the caller's frames, where nearly all does. */
static inline __attribute__((always_inline)) bool pointer_in_frames(const void *pointer) {
    const uintptr_t near = 1UL << 16;
    return (uintptr_t)pointer - (uintptr_t)__builtin_frame_address(0) < near;
}

/*
 * Whether the `size` bytes at `pointer`, at most a page of them, can be read. What lies in the
 * caller's frames can: only for the rest the kernel is asked.
 */
static inline __attribute__((always_inline)) bool pointer_readable(const void *pointer,
                                                                   size_t size) {
    return pointer_in_frames(pointer) || bytes_readable(pointer, size);
}

/* Whether an address can be read that is of a length which the kernel takes (unix(7)). */
static inline bool address_readable(const struct sockaddr *address, socklen_t length) {
    return length > sizeof address->sa_family && length <= sizeof(struct sockaddr_un) &&
           pointer_readable(address, length);
}

#endif
