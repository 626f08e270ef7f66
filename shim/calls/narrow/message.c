/*
 * The doors of calls/message.c once more, under the plain names: those of programs with 32-bit
 * times. The messages are the same, but for times that the kernel puts beside them.
 */
#undef _TIME_BITS
#include "core/next.h"

#define NEXT_sendmsg NEXT_narrow_sendmsg
#define NEXT_sendmmsg NEXT_narrow_sendmmsg
#define NEXT_recvmsg NEXT_narrow_recvmsg
#define NEXT_recvmmsg NEXT_narrow_recvmmsg
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "calls/message.c"

/* musl's name of recvmmsg with 64-bit times; the others have but one. */
int musl_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                  struct timespec *timeout) __asm__("__recvmmsg_time64");

DOOR int musl_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
                       struct timespec *timeout) {
    return receive_several(NEXT(musl_recvmmsg), fd, messages, count, flags, timeout);
}
