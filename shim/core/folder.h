/*
 * The private folder: where redirected sockets are bound, with small records beside them, and where
 * a nameless user's home is.
 *
 * It lies in a folder that everybody may write (/tmp), so nothing about it is believed twice: every
 * use looks anew whether it is a folder, the user's own, that nobody else may write.
 */
#ifndef QLSHIM_CORE_FOLDER_H
#define QLSHIM_CORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

/* Room for the path of a private folder, our own or the one in an address that fits sun_path. */
enum { FOLDER_SIZE = 109 };

/*
 * The path of the effective user's private folder, made (0711: others may connect by an address
 * that they know, but not list) where it is missing. QLSHIM_TMPDIR, where it was set, is the only
 * place; else /tmp, XDG_RUNTIME_DIR, /dev/shm, whichever can be written first and is one in which
 * others cannot exchange what is there (-EPERM where it is not). A name that somebody else holds is
 * passed over for the next. The path leads through no link.
 *
 * Returns 0, or the negative errno of the first place that was tried, with the path tried in
 * `folder`. Safe in threads and, since it keeps nothing, in signal handlers.
 */
int private_folder(char folder[FOLDER_SIZE]);

/*
 * An O_PATH descriptor of the folder at the absolute `path`, where it is `owner`'s, nobody else may
 * write it, and nobody else may put another in its place (core/place.h); -EPERM where it is
 * something else, or a negative errno of the way there.
 */
int folder_open(const char *path, uid_t owner);

/* 0 where folder_open would succeed, else its negative errno. */
int folder_check(const char *path, uid_t owner);

/*
 * A descriptor of the folder with its lock (flock(2)) taken, which closing gives back; or a
 * negative errno, -EWOULDBLOCK where another had it for a second: no wait is longer.
 */
int folder_lock(const char *path);

/*
 * A record is a symbolic link that leads nowhere and is never followed: made, with all it says, in
 * one system call, and read in one, so that no record is ever seen half-written.
 *
 * They return 0 or a negative errno; -EEXIST where the record is there already, -EOVERFLOW where it
 * does not fit `size` bytes with its NUL.
 */
int record_write(const char *folder, const char *name, const char *content);
/* As record_write, in place of a record that is there. */
int record_replace(const char *folder, const char *name, const char *content);
void record_remove(const char *folder, const char *name);
int record_read(const char *folder, const char *name, char *content, size_t size);

/* Whether the record was made since the machine started: mount ids begin anew with every boot. */
bool record_since_boot(const char *folder, const char *name);

#pragma GCC visibility pop

#endif
