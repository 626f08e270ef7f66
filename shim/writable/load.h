#ifndef QLSHIM_WRITABLE_LOAD_H
#define QLSHIM_WRITABLE_LOAD_H

#include <stdbool.h>

/*
 * Reads QLSHIM_WRITABLE, QLSHIM_UPPER and HOME and sets the views up: some ten system calls, and
 * once for each container the farms of the views and a look through them. An entry that can be no
 * view is named in a line. For use at load, after settings_load; not for root.
 */
void views_load(void);

/* The upper folder as the settings have it, whether it is there or not. False where there is no
 * place for it. */
bool views_upper_folder(char *path, unsigned size);

#endif
