/* The calls that are timed, each in a loop of its own. */
#ifndef QLSHIM_BENCH_OPERATIONS_H
#define QLSHIM_BENCH_OPERATIONS_H

/* Makes the call `count` times, for one of several threads. A call that fails ends the program. */
typedef void operation(long count, unsigned thread);

/* The operation of that name, or NULL. */
operation *operation_named(const char *name);

/* Makes a file and `sockets` listening sockets in `folder`, for the operations to work on. */
void operations_prepare(const char *folder, long sockets);

#endif
