#ifndef QLSHIM_WRITABLE_CALLS_ROOT_H
#define QLSHIM_WRITABLE_CALLS_ROOT_H

#pragma GCC visibility push(hidden)

/* pivot_root(2), which programs make by syscall(2). */
long pivot_root_viewed(const char *root, const char *old);

#pragma GCC visibility pop

#endif
