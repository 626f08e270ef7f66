#ifndef QLSHIM_CALLS_TIME_H
#define QLSHIM_CALLS_TIME_H

#include <stdbool.h>
#include <time.h>

struct timeval;

/* What a utimensat that returned `result` comes to; `times` may be NULL. */
int settle_utimens(int result, int directory, const char *path, const struct timespec times[2],
                   bool follow, int saved_errno);

/* The same of a utimes. */
int settle_utimes(int result, const char *path, const struct timeval times[2], bool follow,
                  int saved_errno);

#endif
