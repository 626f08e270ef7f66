#ifndef QLSHIM_CALLS_STAT_H
#define QLSHIM_CALLS_STAT_H

struct statx;

/* What a statx that returned `result` is to return, with the status put right. */
int shown_statx(long result, int directory, const char *path, int flags, struct statx *status);

#endif
