/* What the doors of sending and receiving share. */
#ifndef QLSHIM_CALLS_MESSAGE_H
#define QLSHIM_CALLS_MESSAGE_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Whether a send to `address` that failed with errno was to a marker: then to send to `target`. */
bool send_target(int fd, const struct sockaddr *address, socklen_t length,
                 struct sockaddr_un *target, socklen_t *target_length);

/* What a send to a marker's address came to: a marker without its socket is a stale socket. */
ssize_t settle_send(ssize_t result, int saved_errno);

/* A message is gone once received: a name that was cut cannot be asked for again. */
void restore_sender(struct sockaddr *address, socklen_t capacity, socklen_t *length);

/*
 * So a buffer that a redirected socket's address may not fit is not the kernel's to fill. (Those of
 * an internet address' size are for one.)
 */
static inline bool is_short(long capacity) {
    return __builtin_expect(capacity >= 0 && capacity < (long)sizeof(struct sockaddr_un), 0) &&
           capacity != sizeof(struct sockaddr_in) && capacity != sizeof(struct sockaddr_in6);
}

/* Gives the program as much of the name as its buffer takes, and its full length. */
void hand_over(struct sockaddr_storage *whole, socklen_t whole_length, struct sockaddr *address,
               socklen_t capacity, socklen_t *length);

#endif
