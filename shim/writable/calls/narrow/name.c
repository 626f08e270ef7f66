/* The doors of fcntl(2) under its other names: they differ in struct flock. */
#include "writable/calls/name.h"

#include "core/next.h"

int narrow_fcntl(int fd, int command, long argument) __asm__("fcntl");
int fcntl_64(int fd, int command, long argument) __asm__("fcntl64");

DOOR int narrow_fcntl(int fd, int command, long argument) {
    return viewed_fcntl((fcntl_function *)NEXT(narrow_fcntl), fd, command, argument);
}

DOOR int fcntl_64(int fd, int command, long argument) {
    return viewed_fcntl((fcntl_function *)NEXT(fcntl_64), fd, command, argument);
}
