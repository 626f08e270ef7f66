#include "writable/upper.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/random.h"
#include "core/text.h"
#include "writable/view.h"

/* Of a record, a name a line, and of the stamp. */
enum { LARGEST_READ = 64 * 1024 * 1024 };

void upper_path(char path[PATH_MAX], const char *name) {
    struct text text = text_in(path, PATH_MAX);
    text_append(&text, views.upper);
    text_append(&text, "/");
    text_append(&text, name);
}

uint64_t upper_hash(const char *string) {
    uint64_t hash = 0xcbf29ce484222325U;
    for (; *string != '\0'; string++)
        hash = (hash ^ (unsigned char)*string) * 0x100000001b3U;
    return hash;
}

int upper_make_folder(const char *path) {
    int error = kernel_mkdir(path, 0700);
    if (error == 0 || error == -EEXIST) /* of one who was killed between the two */
        kernel_chmod(path, 0700);
    return error;
}

int upper_create(const char *path) {
    int fd = kernel_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd >= 0)
        kernel_fchmod(fd, 0600);
    return fd;
}

int upper_open_shared(const char *path, int flags) {
    int fd = kernel_open(path, flags | O_CREAT | O_NOFOLLOW, 0600);
    if (fd != -EACCES || kernel_chmod(path, 0600) != 0)
        return fd;
    return kernel_open(path, flags | O_NOFOLLOW, 0);
}

int upper_lock(struct upper_lock *lock) {
    const uint64_t all = UINT64_MAX;
    char path[sizeof views.upper + 8];
    struct text text = text_in(path, sizeof path);
    text_append(&text, views.upper);
    text_append(&text, "/lock");
    kernel_signal_mask(SIG_SETMASK, &all, &lock->signals);
    lock->fd = upper_open_shared(path, O_RDWR);
    int error = lock->fd;
    while (lock->fd >= 0 && (error = kernel_flock(lock->fd, LOCK_EX)) == -EINTR)
        ;
    if (error < 0)
        upper_unlock(lock);
    return error < 0 ? error : 0;
}

/* LOCK_UN: a child that another thread has forked meanwhile holds the descriptor, too. */
void upper_unlock(const struct upper_lock *lock) {
    if (lock->fd >= 0) {
        kernel_flock(lock->fd, LOCK_UN);
        kernel_close(lock->fd);
    }
    kernel_signal_mask(SIG_SETMASK, &lock->signals, NULL);
}

void upper_work_path(char path[PATH_MAX]) {
    uint64_t number;
    if (!random_number(&number))
        number = (uint64_t)kernel_getpid();
    struct text text = text_in(path, PATH_MAX);
    text_append(&text, views.upper);
    text_append(&text, "/work/");
    text_append_hex(&text, number, 16);
}

/* --- exchange -------------------------------------------------------------------------------- */

static int exchange(const char *work, const char *path) {
    return (int)system_call(SYS_renameat2, AT_FDCWD, (long)work, AT_FDCWD, (long)path,
                            RENAME_EXCHANGE, 0);
}

static bool is_farm_link(const char *path) {
    char target[8];
    ssize_t length = kernel_readlinkat(AT_FDCWD, path, target, sizeof target);
    return length > 0 && farm_kind(target, (size_t)length) != FARM_NONE;
}

/* The program may have put something of its own there meanwhile: that goes back. */
static int exchange_farm(const char *work, const char *path) {
    if (!is_farm_link(path))
        return -ESTALE;
    int error = exchange(work, path);
    if (error != 0)
        return error;
    if (!is_farm_link(work)) {
        exchange(work, path);
        return -ESTALE;
    }
    kernel_unlink(work);
    return 0;
}

/* A folder that is not to be written (0555, say) is the user's own all the same. */
int upper_replace_farm(const char *work, const char *path) {
    struct stat status;
    static char folder[PATH_MAX]; /* upper_lock */
    int error = exchange_farm(work, path);
    if (error != -EACCES)
        return error;
    text_copy(folder, sizeof folder, path);
    folder[text_base(folder) - folder - 1] = '\0';
    if (kernel_lstat(folder, &status) != 0 || kernel_chmod(folder, status.st_mode | 0700) != 0)
        return error;
    error = exchange_farm(work, path);
    kernel_chmod(folder, status.st_mode & 07777);
    return error;
}

int upper_copy_link(int lower, const char *name, int upper, const char *copy) {
    struct stat status;
    static char target[PATH_MAX]; /* upper_lock */
    static char stored[PATH_MAX];
    ssize_t length = kernel_readlinkat(lower, name, target, PATH_MAX - 1);
    if (length <= 0)
        return (int)length;
    target[length] = '\0';
    bool changed = link_store(stored, sizeof stored, target);
    int error = kernel_symlinkat(changed ? stored : target, upper, copy);
    if (error == 0 && kernel_fstatat(lower, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        const struct timespec times[2] = {status.st_atim, status.st_mtim};
        kernel_utimens(upper, copy, times, AT_SYMLINK_NOFOLLOW);
    }
    return error;
}

/* --- files and folders ----------------------------------------------------------------------- */

struct entry *entries_next(struct entries *entries) {
    for (;;) {
        if (entries->next >= entries->filled) {
            entries->filled = kernel_getdents(entries->fd, entries->room, sizeof entries->room);
            entries->next = 0;
            if (entries->filled <= 0) {
                entries->error = (int)entries->filled;
                return NULL;
            }
        }
        struct entry *entry = (struct entry *)(void *)(entries->room + entries->next);
        entries->next += entry->reclen;
        if (!text_equal(entry->name, ".") && !text_equal(entry->name, ".."))
            return entry;
    }
}

int folder_is_empty(const char *path) {
    struct entries *entries = kernel_pages(sizeof *entries);
    int fd = kernel_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    int result = entries == NULL ? -ENOMEM : fd;
    if (fd >= 0 && entries != NULL) {
        entries->fd = fd;
        struct entry *entry = entries_next(entries);
        result = entries->error != 0 ? entries->error : entry == NULL;
    }
    if (entries != NULL)
        kernel_release(entries, sizeof *entries);
    if (fd >= 0)
        kernel_close(fd);
    return result;
}

static void remove_entries(int folder) {
    struct entries *entries = kernel_pages(sizeof *entries);
    if (entries == NULL)
        return;
    entries->fd = folder;
    for (struct entry *entry; (entry = entries_next(entries)) != NULL;) {
        if (kernel_unlinkat(folder, entry->name) != -EISDIR)
            continue;
        int inner = kernel_openat(folder, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (inner < 0)
            continue;
        kernel_fchmod(inner, 0700);
        remove_entries(inner);
        kernel_close(inner);
        system_call3(SYS_unlinkat, folder, (long)entry->name, AT_REMOVEDIR);
    }
    kernel_release(entries, sizeof *entries);
}

void upper_remove(const char *path) {
    if (kernel_unlink(path) != -EISDIR)
        return;
    int fd = kernel_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (fd < 0)
        return;
    kernel_fchmod(fd, 0700);
    remove_entries(fd);
    kernel_close(fd);
    system_call3(SYS_unlinkat, AT_FDCWD, (long)path, AT_REMOVEDIR);
}

void writer_flush(struct writer *writer) {
    size_t written = 0;
    while (writer->error == 0 && written < writer->filled) {
        ssize_t size = write_quietly(writer->fd, writer->bytes + written, writer->filled - written);
        if (size == -EINTR)
            continue;
        if (size <= 0)
            writer->error = size < 0 ? (int)size : -EIO;
        else
            written += (size_t)size;
    }
    writer->filled = 0;
}

void writer_append(struct writer *writer, const char *bytes, size_t size) {
    while (size > 0) {
        size_t room = sizeof writer->bytes - writer->filled;
        size_t part = size < room ? size : room;
        memcpy(writer->bytes + writer->filled, bytes, part);
        writer->filled += part;
        bytes += part;
        size -= part;
        if (writer->filled == sizeof writer->bytes)
            writer_flush(writer);
    }
}

char *upper_read(const char *path, size_t *size) {
    struct stat status;
    /* Root's `qlshim status` reads what somebody else's upper folder holds: a FIFO, or a terabyte.
     */
    int fd = kernel_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    char *bytes = NULL;
    if (fd < 0)
        return NULL;
    if (kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 && S_ISREG(status.st_mode) &&
        status.st_size > 0 && status.st_size <= LARGEST_READ)
        bytes = kernel_pages((size_t)status.st_size);
    *size = (size_t)status.st_size;
    for (size_t filled = 0; bytes != NULL && filled < *size;) {
        ssize_t part = kernel_read(fd, bytes + filled, *size - filled);
        if (part <= 0) {
            kernel_release(bytes, *size);
            bytes = NULL;
        }
        filled += (size_t)part;
    }
    kernel_close(fd);
    return bytes;
}
