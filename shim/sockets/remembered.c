#include "sockets/remembered.h"

#include <string.h>

#include "core/kernel.h"
#include "core/rarely_used.h"
#include "core/table.h"

/*
 * A volume's times go in steps, of two seconds at most (FAT): those of a younger file do not tell
 * whether another has come in its place since.
 */
enum { REMEMBERED = 8, LONGEST_STEP = 2 };

static RARELY_USED struct remembered {
    unsigned hash; /* of the path; 0: none */
    struct stat status;
    char address[SOCKET_PATH_SIZE];
} remembered[REMEMBERED];

static bool same_time(const struct timespec *one, const struct timespec *other) {
    return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}

static bool is_unchanged(const struct stat *then, const struct stat *now) {
    return then->st_ino == now->st_ino && then->st_dev == now->st_dev &&
           then->st_mode == now->st_mode && then->st_size == now->st_size &&
           same_time(&then->st_mtim, &now->st_mtim) && same_time(&then->st_ctim, &now->st_ctim);
}

static bool recall(const char *path, unsigned hash, struct marker *marker) {
    const struct remembered *slot = &remembered[hash % REMEMBERED];
    uint64_t mount;
    if (slot->hash != hash ||
        marker_look(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &marker->status, &mount) != 0 ||
        !table_try_lock())
        return false;
    bool same = slot->hash == hash && is_unchanged(&slot->status, &marker->status);
    memcpy(marker->address, slot->address, sizeof slot->address);
    table_unlock();
    return same && marker_check(marker) == 0 && marker->error == 0;
}

static bool is_old(const struct stat *status) {
    struct timespec now = {0};
    kernel_clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - status->st_mtim.tv_sec > LONGEST_STEP &&
           now.tv_sec - status->st_ctim.tv_sec > LONGEST_STEP;
}

bool remembered_leads_to_socket(const char *path, unsigned hash, struct marker *marker) {
    struct remembered *slot = &remembered[hash % REMEMBERED];
    if (recall(path, hash, marker))
        return true;
    if (!marker_leads_to_socket(AT_FDCWD, path, false, marker))
        return false;
    if (S_ISREG(marker->status.st_mode) && is_old(&marker->status) && table_try_lock()) {
        slot->hash = hash;
        slot->status = marker->status;
        memcpy(slot->address, marker->address, sizeof slot->address);
        table_unlock();
    }
    return true;
}

void remembered_forget(unsigned hash) {
    if (!table_try_lock())
        return;
    remembered[hash % REMEMBERED].hash = 0;
    table_unlock();
}
