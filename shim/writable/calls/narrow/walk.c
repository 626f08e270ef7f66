/* The doors of writable/calls/walk.c under the other names of 32-bit machines. */
#include "writable/calls/walk.h"

#include "core/next.h"
#include "writable/calls/narrow/folder.h"
#include "writable/view.h"

int narrow_scandir(const char *path, struct dirent ***entries, entry_filter *filter,
                   entry_order *order) __asm__("scandir");
int narrow_scandirat(int directory, const char *path, struct dirent ***entries,
                     entry_filter *filter, entry_order *order) __asm__("scandirat");

static size_t narrow_size(const struct dirent *entry) {
    return gnu_get_libc_version != NULL
               ? ((const struct dirent_plain *)(const void *)entry)->d_reclen
               : entry->d_reclen;
}

DOOR int narrow_scandir(const char *path, struct dirent ***entries, entry_filter *filter,
                        entry_order *order) {
    if (!views.active)
        return NEXT(narrow_scandir)(path, entries, filter, order);
    return scan_stream(opendir(path), ENTRY_KIND(narrow_readdir, narrow_size), entries, filter,
                       order);
}

DOOR int narrow_scandirat(int directory, const char *path, struct dirent ***entries,
                          entry_filter *filter, entry_order *order) {
    if (!views.active)
        return NEXT(narrow_scandirat)(directory, path, entries, filter, order);
    return scan_stream(stream_at(directory, path), ENTRY_KIND(narrow_readdir, narrow_size), entries,
                       filter, order);
}

#define TREE_DOORS(layout, nftw_, nftw_symbol, ftw_, ftw_symbol)                                   \
    nftw_function nftw_ __asm__(nftw_symbol);                                                      \
    ftw_function ftw_ __asm__(ftw_symbol);                                                         \
    DOOR int nftw_(const char *path, __nftw_func_t function, int descriptors, int flags) {         \
        return viewed_nftw(NEXT(nftw_), layout, path, function, descriptors, flags);               \
    }                                                                                              \
    DOOR int ftw_(const char *path, __ftw_func_t function, int descriptors) {                      \
        return viewed_ftw(NEXT(ftw_), layout, path, function, descriptors);                        \
    }

TREE_DOORS(stat_as_plain, narrow_nftw, "nftw", narrow_ftw, "ftw")
TREE_DOORS(stat_as_64, nftw_64, "nftw64", ftw_64, "ftw64")

#define GLOB_DOOR(glob_, symbol)                                                                   \
    glob_function glob_ __asm__(symbol);                                                           \
    DOOR int glob_(const char *pattern, int flags, glob_error *on_error, glob_t *found) {          \
        return viewed_glob(NEXT(glob_), pattern, flags, on_error, found);                          \
    }

GLOB_DOOR(narrow_glob, "glob")
GLOB_DOOR(glob_64, "glob64")
