#ifndef QLSHIM_WRITABLE_CALLS_FOLDER_H
#define QLSHIM_WRITABLE_CALLS_FOLDER_H

#pragma GCC visibility push(hidden)

/* Notes whether the current folder is in a view. */
void current_look(void);

#pragma GCC visibility pop

#endif
