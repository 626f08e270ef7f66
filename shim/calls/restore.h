/* The original path, put into a name that a native call has just written. */
#ifndef QLSHIM_CALLS_RESTORE_H
#define QLSHIM_CALLS_RESTORE_H

#include <limits.h>
#include <stddef.h>
#include <sys/socket.h>

#include "calls/sockets_wanted.h"
#include "sockets/names.h"

/*
 * The size of a buffer for a name, read before the native call overwrites it with the name's
 * length; -1 where the pointer is for the kernel to refuse. A buffer of no bytes is told the length
 * all the same.
 */
static inline long name_capacity(const socklen_t *length) {
    return pointer_readable(length, sizeof *length) ? (long)*length : -1;
}

enum { NAME_LONGEST = sizeof(struct sockaddr_un) };

/*
 * Whether a buffer goes on on another page, which need not be there: the socket's own name may fit
 * where its longer private address does not. (A length that the kernel refuses stays the kernel's.)
 */
static inline bool name_split(const void *address, long capacity) {
    enum { PAGE = 4096 }; /* none is smaller */
    long needed = capacity < NAME_LONGEST ? capacity : NAME_LONGEST;
    return __builtin_expect(
        capacity <= INT_MAX && (long)((uintptr_t)address % PAGE) > PAGE - needed, 0);
}

/*
 * After a native call that wrote a name: whether it may be a redirected socket's. Nearly all names
 * are of another family, or too short for an address of ours.
 */
static inline bool name_private(const struct sockaddr *address, socklen_t capacity,
                                socklen_t length) {
    return length > sizeof address->sa_family + PRIVATE_NAME_DIGITS + 1 &&
           (capacity < sizeof address->sa_family || address->sa_family == AF_UNIX) &&
           sockets_wanted();
}

/* A name as the kernel wrote it into memory of the shim's own. Begins as WHOLE_NAME. */
struct whole_name {
    struct sockaddr_storage address;
    socklen_t length;
};
#define WHOLE_NAME ((struct whole_name){.length = sizeof(struct sockaddr_storage)})

/* Copies into memory of the program's: false and EFAULT where the kernel could not have. */
bool copy_out(void *to, const void *from, size_t size);

/*
 * Gives the program a name, with the original path, as the kernel would: as much as its buffer
 * takes, and the full length. False and EFAULT where the buffer cannot be written.
 */
bool name_hand_over(struct whole_name *whole, struct sockaddr *address, socklen_t capacity,
                    socklen_t *length);

/* getsockname or getpeername of core/kernel.h: asks again for a name that is to be restored. */
typedef int name_query(int fd, struct sockaddr *address, socklen_t *length);

int restore_whole_name(name_query *query, int fd, struct sockaddr *address, socklen_t capacity,
                       socklen_t *length);

/*
 * The result of a native call with `result` that asked for a name which can be asked for again: the
 * kernel may have failed because the private address did not fit.
 */
static inline int restore_name(name_query *query, int fd, int result, struct sockaddr *address,
                               long capacity, socklen_t *length) {
    if (capacity < 0 || (result == 0 ? !name_private(address, (socklen_t)capacity, *length)
                                     : errno != EFAULT || !sockets_wanted()))
        return result;
    return restore_whole_name(query, fd, address, (socklen_t)capacity, length);
}

#endif
