#ifndef QLSHIM_WRITABLE_CALLS_ENTRIES_H
#define QLSHIM_WRITABLE_CALLS_ENTRIES_H

#include <dirent.h>

#include "writable/calls/at.h"
#include "writable/identity.h"

#pragma GCC visibility push(hidden)

/* What readdir(3) tells of an entry. */
struct entry_told {
    uint64_t inode;
    unsigned char type;
};

/* Whether entry_tell may find something to change: a farm link, an expanded folder, or a copy. */
static inline bool entry_may_be_shown(DIR *stream, unsigned char type) {
    return views.active && (__builtin_expect(type == DT_LNK, 0) ||
                            ((type == DT_DIR || identity_may_be_copy(type == DT_REG)) &&
                             __builtin_expect(at_hinted(dirfd(stream)), 0)));
}

/* As it is in the view. */
void entry_tell(int fd, const char *name, struct entry_told *told);

/* readdir(3) for the shim's own walks, by the name that the C library has for a struct dirent as it
 * is here. */
#if __SIZEOF_LONG__ == 8
static inline struct dirent *entry_read(DIR *stream) {
    return readdir(stream);
}
#else
struct dirent *entry_read(DIR *stream);
#endif

/* What getdents64(2) wrote, put right. */
void entries_show(int fd, void *buffer, long size);

#pragma GCC visibility pop

#endif
