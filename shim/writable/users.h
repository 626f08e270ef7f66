/*
 * Who uses the upper folder: each process of a view has a page of the file `users` there mapped,
 * and with it a shared lock.
 */
#ifndef QLSHIM_WRITABLE_USERS_H
#define QLSHIM_WRITABLE_USERS_H

#include <linux/limits.h>
#include <stdbool.h>

/* This process, until it ends or executes another program, and its children likewise; where the
 * file cannot be opened nothing is done. Waits for users_clear. For use at load. */
void users_join(void);

/* The file that they have mapped, as /proc/PID/maps names it. */
void users_file(char path[PATH_MAX]);

/*
 * Takes away all that was written in the views and what is known of them; the folder itself stays,
 * for who is about to lock something in it. 0, or a negative errno: -EBUSY, and nothing is changed,
 * where some process uses it: one that holds the lock, or for which `seen` returns true. With
 * `keep`, nothing is changed either way. The caller has seen to it that the folder is his own
 * (folder_check).
 */
int users_clear(bool (*seen)(const char *file), bool keep);

#endif
