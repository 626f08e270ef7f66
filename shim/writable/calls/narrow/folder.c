/* The doors of readdir(3) under the plain names. */
#include "writable/calls/narrow/folder.h"

#include "core/next.h"
#include "writable/calls/entries.h"

int narrow_readdir_r(DIR *stream, struct dirent *entry,
                     struct dirent **result) __asm__("readdir_r");

static void show(DIR *stream, struct dirent *entry) {
    struct dirent_plain *plain = (void *)entry;
    bool glibc = gnu_get_libc_version != NULL;
    struct entry_told told = {glibc ? plain->d_ino : entry->d_ino,
                              glibc ? plain->d_type : entry->d_type};
    if (!entry_may_be_shown(stream, told.type))
        return;
    entry_tell(dirfd(stream), glibc ? plain->d_name : entry->d_name, &told);
    if (glibc) {
        plain->d_ino = (uint32_t)told.inode;
        plain->d_type = told.type;
    } else {
        entry->d_ino = told.inode;
        entry->d_type = told.type;
    }
}

DOOR struct dirent *narrow_readdir(DIR *stream) {
    struct dirent *entry = NEXT(narrow_readdir)(stream);
    if (entry != NULL)
        show(stream, entry);
    return entry;
}

DOOR int narrow_readdir_r(DIR *stream, struct dirent *entry, struct dirent **result) {
    int error = NEXT(narrow_readdir_r)(stream, entry, result);
    if (error == 0 && *result != NULL)
        show(stream, entry);
    return error;
}

struct dirent *entry_read(DIR *stream) {
    return gnu_get_libc_version != NULL ? readdir(stream) : narrow_readdir(stream);
}
