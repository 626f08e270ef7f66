/*
 * What a file is told from others by: its device and inode. An expanded folder is the lower one to
 * a program, which may have looked at it, or opened it, before: so it keeps the lower one's.
 */
#ifndef QLSHIM_WRITABLE_IDENTITY_H
#define QLSHIM_WRITABLE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

struct identity {
    uint64_t device;
    uint64_t inode;
};

/*
 * Of the user's own folder that (directory, path) leads to, by `flags` of statx(2): whether it is
 * an expanded one; then `identity`, which is the kernel's, becomes the lower folder's. Some five
 * system calls for the first time, none after that. Safe in signal handlers, after vfork and in
 * threads; errno is left alone.
 */
bool identity_of(struct identity *identity, int directory, const char *path, int flags);

/* After a folder was expanded, renamed or removed: inodes are given again. */
void identity_forget(void);

/*
 * A file that this process has had copied is told to it with the lower one's, also by another name
 * that it gets: who looks at a file, opens it to be written or links it, and looks whether it is
 * the same still, would take it for another's (vim, git clone).
 */
void identity_copied(const struct identity *upper, const struct identity *lower);
bool identity_of_copy(struct identity *identity);
/* By the inode alone, so it may be another's. */
bool identity_is_copied(uint64_t inode);

/* Whether there may be any. */
extern bool identity_has_copies;
static inline bool identity_may_be_copy(bool regular) {
    return regular && __atomic_load_n(&identity_has_copies, __ATOMIC_RELAXED);
}

#endif
