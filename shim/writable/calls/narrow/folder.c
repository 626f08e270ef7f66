/* The doors of readdir(3) under the plain names. */
#include "writable/calls/narrow/folder.h"

#include "core/next.h"
#include "writable/calls/folder.h"

int narrow_readdir_r(DIR *stream, struct dirent *entry,
                     struct dirent **result) __asm__("readdir_r");

static void show(DIR *stream, struct dirent *entry) {
    struct dirent_plain *plain = (void *)entry;
    if (gnu_get_libc_version != NULL)
        entry_show(stream, &plain->d_type, plain->d_name);
    else
        entry_show(stream, &entry->d_type, entry->d_name);
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
