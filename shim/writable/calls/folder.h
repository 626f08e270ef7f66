#ifndef QLSHIM_WRITABLE_CALLS_FOLDER_H
#define QLSHIM_WRITABLE_CALLS_FOLDER_H

#include <dirent.h>

#pragma GCC visibility push(hidden)

/* Notes whether the current folder is in a view. */
void current_look(void);

/* Puts the type of an entry that was read right, where it is a farm link. */
void entry_show(DIR *stream, unsigned char *type, const char *name);

/* readdir(3) for the shim's own walks, by the name that the C library has for a struct dirent as it
 * is here. */
#if __SIZEOF_LONG__ == 8
static inline struct dirent *entry_read(DIR *stream) {
    return readdir(stream);
}
#else
struct dirent *entry_read(DIR *stream);
#endif

/* What getdents64(2) wrote, with the types of farm links put right. */
void entries_show(int fd, void *buffer, long size);

#pragma GCC visibility pop

#endif
