/* Whether what a call has found is the lower folder's, and not of a mount inside the view, which
 * stays itself. */
#ifndef QLSHIM_WRITABLE_MOUNTS_H
#define QLSHIM_WRITABLE_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * `device` is the st_dev of what (directory, path) leads to, by `flags` of statx(2). The first call
 * reads /proc/self/mountinfo, the others make no system call where it is on its view's filesystem
 * and that is mounted nowhere inside. A volume of the same filesystem that is mounted later is
 * taken for the lower folder's own. Safe in signal handlers, after vfork and in threads; errno is
 * left alone.
 */
bool mounts_lower(uint64_t device, int directory, const char *path, int flags);

/*
 * Whether that is shown as the user's own: root's, and what belongs to a view's owner. Anybody
 * else's may be a neighbour's, in a folder of the image that everybody may write, and programs ask
 * whose a file is before they trust it (git, ssh, tmux).
 */
bool mounts_own(uid_t owner, uint64_t device, int directory, const char *path, int flags);

/* A line for each mount inside a view that has come where the upper folder has something already.
 */
void mounts_say_covered(void);

/* The process has got another mount namespace: the next call looks again. */
void mounts_forget(void);

/*
 * A line of mountinfo (proc(5)): whether its filesystem is `device`, and `*inside` whether it is
 * mounted below a view. A name that is escaped counts as inside. Plain text.
 */
bool mounts_line(const char *line, uint64_t device, bool *inside);

#endif
