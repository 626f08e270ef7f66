/*
 * What a child must inherit to be shimmed: the library's entry in LD_PRELOAD and the QLSHIM_
 * settings.
 *
 * Noted at load, in memory of the shim's own, since programs clear and overwrite their environment.
 * Read-only from then on: safe in signal handlers, after vfork and in threads.
 */
#ifndef QLSHIM_EXEC_INHERITANCE_H
#define QLSHIM_EXEC_INHERITANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/own.h"

enum { INHERITED_SETTINGS_MOST = 16 };

struct inheritance {
    /*
     * As LD_PRELOAD has it: a path, or a bare name that the loader finds, behind
     * libqlshim-writable.so's entry where that is loaded, too. NULL where it has none.
     */
    const char *entry;
    /* As an absolute path; the same as `entry` where that has a slash. */
    const char *path;
    bool path_guessed; /* the loader could not tell where it found the bare name */
    const char *settings[INHERITED_SETTINGS_MOST + 1]; /* "QLSHIM_X=…", NULL at the end */
};

extern OWN struct inheritance inheritance;

/*
 * Notes what is to be inherited. `find_own_path` says where the loader found the library, or NULL
 * where it cannot tell; it is asked only where LD_PRELOAD has a bare name. To call at load. Where
 * memory is short, or LD_PRELOAD does not name the library
 * (/etc/ld.so.preload does, say), nothing is noted and children get what the program hands them.
 */
void inheritance_load(char *const environment[], const char *(*find_own_path)(void));

#define PRELOAD_FIRST "libqlshim.so"
#define PRELOAD_SECOND "libqlshim-writable.so"

/*
 * The entry of LD_PRELOAD's value `list` that names the library, by whatever path: its start, and
 * its length in `length`; NULL where there is none. Colons and spaces separate entries (ld.so(8)).
 */
const char *preload_find(const char *list, const char *name, size_t *length);

/* Whether an entry of that length has a slash: else it is a bare name, which the loader looks for.
 */
bool preload_is_path(const char *entry, size_t length);

#endif
