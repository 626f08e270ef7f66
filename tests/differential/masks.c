/*
 * What a volume cannot do with ordinary files and folders, and a socket's shim does not mend: such
 * calls are left out on both sides. Never anything of a socket's, but where it says so.
 */
#include "differential/differential.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *left_out;
} table[MASKS] = {
    [NO_SYMLINKS] = {"symlinks", "symlink(2): the volume has none"},
    [NO_UNREADABLE] =
        {"unreadable",
         "where markers may be files, what is no socket stays readable: a file of a marker's "
         "length that cannot be read may be one, which is EACCES"},
    [NO_NAMES_OVER_EDGES] =
        {"names-over-edges",
         "in recvmmsg(2) of several messages, a name that runs over an edge: the kernel goes on "
         "where it fits, and else keeps the error for the next call, which only it can; what a "
         "redirected socket's name comes to is known only after it, so the shim ends before it "
         "with "
         "the count so far, on a trusted volume, too"},
    [NO_HARD_LINKS] =
        {"hard-links",
         "link of what is no socket: the volume has none. Of a socket a second marker is "
         "made, and rename of one name of a socket to its other, which does nothing "
         "where they are one file, replaces it: no rename once a link is made"},
    [NO_RENAME_FLAGS] = {"rename-flags", "renameat2(2) with flags: the volume's driver knows none"},
    [NO_MODES] =
        {"modes",
         "chmod and access of what is no socket, its mode, other modes of what is made and umask: "
         "all files of the volume have one mode"},
    [NO_OWNERS] = {"owners",
                   "chown of what is no socket, and its owner: all files of the volume have one"},
    [NO_TIMES] = {"times", "utimensat(2) of what is no socket: the driver has none of its own"},
    [NO_CONTENTS] = {"contents", "writing to a file: the driver keeps it for a moment"},
    [NO_LONG_NAMES] =
        {"long-names",
         "names of 256 bytes, which some drivers say are not there, rather than too long"},
    [NO_FULL_FOLDERS] =
        {"full-folders",
         "EPERM for ENOTEMPTY where a folder that is not empty is removed: so says FAT's driver; "
         "rename onto a folder, which rclone's and FAT's drivers refuse where it is empty, too"},
    [NO_RENAMED_FOLDERS] =
        {"renamed-folders",
         "rename of a folder: FAT's driver then removes it though it is full, and "
         "finds nothing below a descriptor of it; fstat of one that is removed"},
    [NO_SECOND_NAMES] = {"second-names",
                         "rename of a socket onto a socket once one has a second name: of one to "
                         "its other it does nothing where they are one file; markers are two"},
    [NO_FIRST_NAMES] =
        {"first-names",
         "the first name of a socket once it has a second, which is removed then, as programs do: "
         "where link(2) gives none and sockets work, the socket itself is moved, and its first "
         "name is a link to the new one, to lstat as well, and leads nowhere once that is gone; "
         "and link of a link by linkat(2) that follows: what is moved lies at the name"},
    [NO_ODD_NAMES] = {"odd-names",
                      "names that are no ASCII, or have a line's end: FAT's driver knows none"},
};

static bool set[MASKS];

bool mask_set(const char *name) {
    for (int i = 0; i < MASKS; i++)
        if (strcmp(table[i].name, name) == 0)
            return set[i] = true;
    return false;
}

bool masked(enum mask mask) {
    return set[mask];
}

void masks_print(void) {
    for (int i = 0; i < MASKS; i++)
        printf("%s: %s\n", table[i].name, table[i].left_out);
}
