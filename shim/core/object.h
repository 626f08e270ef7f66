#ifndef QLSHIM_CORE_OBJECT_H
#define QLSHIM_CORE_OBJECT_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* The loaded objects: the program and its libraries, in the order in which they are searched. */

/*
 * Whether two addresses lie in one loaded object. dladdr(3) would tell, too, but looks through all
 * of the object's symbols for each: some thirty microseconds in libc.
 */
bool same_object(const void *left, const void *right);

/*
 * Whether the program itself, not its libraries, holds these bytes among what it cannot write.
 * Reads through all of that: for programs of which little is known but their name.
 */
bool program_holds(const char *bytes);

/* `count` names, one behind the other with a NUL each, and where the address of each goes. */
struct wanted_symbols {
    const char *names;
    unsigned count;
    void **found;
};

/*
 * Puts the addresses of the wanted symbols in place, as dlsym(3) finds them with RTLD_NEXT from the
 * object in which `own` lies; what is not NULL there, or not found, stays as it is.
 *
 * Instead of dlsym, which frees the text that the program may have from dlerror(3), and takes the
 * lock that dlopen(3) holds while constructors run, which may wait for the thread that asks. Before
 * glibc 2.34 it may not be loaded at all, and what stands behind it ends the process for a symbol
 * that is not there.
 */
void find_symbols_behind(const void *own, const struct wanted_symbols *wanted);

#pragma GCC visibility pop

#endif
