#ifndef QLSHIM_WRITABLE_CALLS_STAT_H
#define QLSHIM_WRITABLE_CALLS_STAT_H

struct at;
struct statx;

/* What a statx that returned `result` is to return, with the status as it is in the view. */
int shown_statx(long result, const struct at *at, int flags, unsigned mask, struct statx *status);

#endif
