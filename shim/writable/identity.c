#include "writable/identity.h"

#include "core/kernel.h"
#include "writable/place.h"
#include "writable/record.h"

/*
 * What was found, by inode. Whoever writes makes the sequence odd meanwhile; a reader who meets
 * that, a signal handler of the writer's among them, looks for himself. What another process does
 * to a folder may leave a wrong answer here: of one that was removed, whose inode another has now.
 */
enum { REMEMBERED = 64 };
static struct known {
    uint32_t sequence;
    uint32_t generation;
    struct identity upper;
    struct identity shown;
} known[REMEMBERED];
static uint32_t generation = 1;

void identity_forget(void) {
    __atomic_fetch_add(&generation, 1, __ATOMIC_RELAXED);
}

static bool same(const struct identity *one, const struct identity *other) {
    return one->inode == other->inode && one->device == other->device;
}

static bool read_slot(struct known *slot, struct known *copy) {
    uint32_t before = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
    *copy = *slot;
    /* A write of nothing: so that the copy is made before. */
    return (before & 1) == 0 && __atomic_fetch_add(&slot->sequence, 0, __ATOMIC_ACQ_REL) == before;
}

static bool recall(struct known *slot, struct identity *identity) {
    struct known copy;
    if (!read_slot(slot, &copy) ||
        copy.generation != __atomic_load_n(&generation, __ATOMIC_RELAXED) ||
        !same(&copy.upper, identity))
        return false;
    *identity = copy.shown;
    return true;
}

static void remember(struct known *slot, const struct identity *upper, const struct identity *shown,
                     uint32_t since) {
    uint32_t before = __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED);
    if ((before & 1) != 0 ||
        !__atomic_compare_exchange_n(&slot->sequence, &before, before + 1, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        return;
    slot->generation = since;
    slot->upper = *upper;
    slot->shown = *shown;
    __atomic_store_n(&slot->sequence, before + 2, __ATOMIC_RELEASE);
}

/* Where it lies by the kernel's own walk, whatever links led there. */
static bool find_physical(char physical[PATH_MAX], int directory, const char *path, int flags) {
    if (path[0] == '\0')
        return place_physical(directory, physical) == 0;
    int nofollow = (flags & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0;
    int fd = kernel_openat(directory, path, O_PATH | O_DIRECTORY | nofollow);
    if (fd < 0)
        return false;
    int error = place_physical(fd, physical);
    kernel_close(fd);
    return error == 0;
}

static void find(struct identity *identity, int directory, const char *path, int flags) {
    char physical[PATH_MAX];
    struct stat lower;
    if (!find_physical(physical, directory, path, flags) || !view_is_upper(physical))
        return;
    const char *name = view_name(physical);
    if (record_state(name) == RECORD_NONE || kernel_lstat(name, &lower) != 0 ||
        !S_ISDIR(lower.st_mode))
        return;
    *identity = (struct identity){lower.st_dev, lower.st_ino};
}

static struct known *slot_of(struct known table[REMEMBERED], uint64_t inode) {
    return &table[(inode ^ inode >> 7) % REMEMBERED];
}

/* --- files ----------------------------------------------------------------------------------- */

/* Not forgotten: an inode that is given again is one that a program may meet again anyway. */
static struct known copies[REMEMBERED];
bool identity_has_copies;

void identity_copied(const struct identity *upper, const struct identity *lower) {
    remember(slot_of(copies, upper->inode), upper, lower, 0);
    __atomic_store_n(&identity_has_copies, true, __ATOMIC_RELAXED);
}

bool identity_of_copy(struct identity *identity) {
    struct known copy;
    if (!read_slot(slot_of(copies, identity->inode), &copy) || !same(&copy.upper, identity))
        return false;
    *identity = copy.shown;
    return true;
}

bool identity_is_copied(uint64_t inode) {
    struct known copy;
    return identity_may_be_copy(true) && read_slot(slot_of(copies, inode), &copy) &&
           copy.upper.inode == inode;
}

/* --- folders --------------------------------------------------------------------------------- */

bool identity_of(struct identity *identity, int directory, const char *path, int flags) {
    struct known *slot = slot_of(known, identity->inode);
    const struct identity upper = *identity;
    if (!recall(slot, identity)) {
        uint32_t since = __atomic_load_n(&generation, __ATOMIC_RELAXED);
        find(identity, directory, path, flags);
        remember(slot, &upper, identity, since);
    }
    return !same(identity, &upper);
}
