#ifndef QLSHIM_COMMAND_LIBRARY_H
#define QLSHIM_COMMAND_LIBRARY_H

#include <limits.h>
#include <stdbool.h>

/*
 * Finds libqlshim.so: QLSHIM_LIBRARY, else beside this command, in ../lib from it, or in /usr/lib.
 * False, after saying on standard error where it looked, where there is none, or where its path has
 * a character that separates entries in LD_PRELOAD (ld.so(8)).
 */
bool locate_library(char path[PATH_MAX]);

/* Whether a loader could load it; if not, that is said. */
bool library_is_whole(const char *path);

/* Both: where it is found, it can be loaded. */
bool find_library(char path[PATH_MAX]);

/* The file `name` in the folder of the absolute path `path`; false where none can be read. */
bool find_beside(const char *path, const char *name, char beside[PATH_MAX]);

/*
 * Puts the library in front of the other entries of LD_PRELOAD, where it is not among them already,
 * and before it libqlshim-writable.so, which lies beside it, where QLSHIM_WRITABLE names folders:
 * the first program is spared what exec/second.h does. False, after saying why, where memory is
 * short.
 */
bool preload_library(const char *library);

#endif
