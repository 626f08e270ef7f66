#ifndef QLSHIM_WRITABLE_CALLS_NAME_H
#define QLSHIM_WRITABLE_CALLS_NAME_H

/* fcntl is declared with `...`: its third argument is passed on, whatever it is. */
typedef int fcntl_function(int fd, int command, ...);

/* fcntl(2) by the next definition of the width that the program has. */
__attribute__((visibility("hidden"))) int viewed_fcntl(fcntl_function *next, int fd, int command,
                                                       long argument);

#endif
