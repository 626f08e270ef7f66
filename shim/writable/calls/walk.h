/* What the doors of libc's walkers share, for each width of what they hand over. */
#ifndef QLSHIM_WRITABLE_CALLS_WALK_H
#define QLSHIM_WRITABLE_CALLS_WALK_H

#include <dirent.h>
#include <ftw.h>
#include <glob.h>
#include <sys/stat.h>

typedef int entry_filter(const struct dirent *entry);
typedef int entry_order(const struct dirent **left, const struct dirent **right);
typedef int nftw_function(const char *path, __nftw_func_t function, int descriptors, int flags);
typedef int ftw_function(const char *path, __ftw_func_t function, int descriptors);
typedef int glob_error(const char *path, int error);
typedef int glob_function(const char *pattern, int flags, glob_error *on_error, glob_t *found);

/* The struct dirent of the program: how one is read, and its size. */
struct entry_kind {
    struct dirent *(*read)(DIR *stream);
    size_t (*size)(const struct dirent *entry);
};
/* In the caller's frame: a constant one would be relocated. */
#define ENTRY_KIND(read_, size_) (&(const struct entry_kind){.read = (read_), .size = (size_)})

/* The struct stat that the program's nftw hands over, made in `room`. */
union any_stat;
typedef const void *stat_layout(const struct stat *status, union any_stat *room);

#if __SIZEOF_LONG__ == 8
union any_stat {
    struct stat status;
};
#else
#include "core/kernel.h"
#include "core/stat_layouts.h"

union any_stat {
    struct stat_plain plain;
    struct stat_musl musl;
    struct kernel_stat64 wide;
};
stat_layout stat_as_plain, stat_as_64;
#endif

#pragma GCC visibility push(hidden)

/* scandir(3) of a stream, which is closed; NULL with errno is one that could not be opened. */
int scan_stream(DIR *stream, const struct entry_kind *kind, struct dirent ***entries,
                entry_filter *filter, entry_order *order);
DIR *stream_at(int directory, const char *path);

/* `layout` may be NULL, for a struct stat of this library's own. */
int viewed_nftw(nftw_function *next, stat_layout *layout, const char *path, __nftw_func_t function,
                int descriptors, int flags);
int viewed_ftw(ftw_function *next, stat_layout *layout, const char *path, __ftw_func_t function,
               int descriptors);
int viewed_glob(glob_function *next, const char *pattern, int flags, glob_error *on_error,
                glob_t *found);

#pragma GCC visibility pop

#endif
