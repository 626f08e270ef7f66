/*
 * LD_LIBRARY_PATH with folders of a view: the loader opens what it looks for by itself, before
 * there is a door. So it is told where they lie in the upper folder, and the program, once it is
 * loaded, what they are called.
 */
#ifndef QLSHIM_WRITABLE_CALLS_LIBRARY_PATH_H
#define QLSHIM_WRITABLE_CALLS_LIBRARY_PATH_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Bytes that such an environment takes beside `envp`; 0 where nothing in it is to be changed. Both
 * may be called between vfork and exec. */
size_t library_path_room(char *const envp[]);
/* The environment for the loader, in `room`; `envp` itself where that is nothing. */
char *const *library_path_told(char *const envp[], void *room, size_t size);

/* In the caller's frame. */
#define LOADER_ENVIRONMENT(envp)                                                                   \
    (__extension__({                                                                               \
        size_t size_ = library_path_room(envp);                                                    \
        library_path_told(envp, size_ > 0 ? __builtin_alloca(size_) : NULL, size_);                \
    }))

/* The other way, in place, in a program's own environment: once, before it runs. */
void library_path_show(char *const envp[]);

#pragma GCC visibility pop

#endif
