/*
 * What the doors of utimensat(2) and its kin share, for each width of times: nobody here looks into
 * them. `next` is the next definition of the width that the program has.
 */
#ifndef QLSHIM_WRITABLE_CALLS_TIME_H
#define QLSHIM_WRITABLE_CALLS_TIME_H

typedef int utimensat_function(int directory, const char *path, const void *times, int flags);
typedef int futimens_function(int fd, const void *times);
typedef int utimes_function(const char *path, const void *times);
typedef int futimesat_function(int directory, const char *path, const void *times);

#pragma GCC visibility push(hidden)

int viewed_utimensat(utimensat_function *next, int directory, const char *path, const void *times,
                     int flags);
/* `by_path` is utimensat. */
int viewed_futimens(futimens_function *next, utimensat_function *by_path, int fd,
                    const void *times);
/* utimes(2) and utime(2). */
int viewed_utimes(utimes_function *next, const char *path, const void *times);
int viewed_lutimes(utimes_function *next, const char *path, const void *times);
int viewed_futimesat(futimesat_function *next, int directory, const char *path, const void *times);

#pragma GCC visibility pop

#endif
