#include "sockets/names.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/descriptor.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/table.h"
#include "core/text.h"

/* A process that meets ever new peers must not grow for ever; beyond this it reads the records. */
enum { ENTRIES_MOST = 16384 };

/* From its record to its bind; a process that was killed between them leaves a stale one. */
enum { MAKING_SECONDS = 5 };

struct entry {
    UT_hash_handle hh;
    char *path;     /* behind the address */
    char address[]; /* the key, without its NUL */
};

static struct entry *table;

/* Not inlined: uthash's look-up is written out at each use. */
static __attribute__((noinline)) struct entry *find(const char *address) {
    struct entry *entry = NULL;
    HASH_FIND(hh, table, address, text_length(address), entry);
    return entry;
}

void names_keep(const char *address, const char *path) {
    struct entry *entry;
    size_t address_size = text_length(address) + 1;
    size_t path_size = text_length(path) + 1;
    if (!table_try_lock())
        return;
    if (find(address) == NULL && HASH_COUNT(table) < ENTRIES_MOST &&
        (entry = arena_allocate(sizeof *entry + address_size + path_size)) != NULL) {
        memcpy(entry->address, address, address_size);
        entry->path = entry->address + address_size;
        memcpy(entry->path, path, path_size);
        HASH_ADD_KEYPTR(hh, table, entry->address, address_size - 1, entry);
    }
    table_unlock();
}

bool names_known(const char *address, char path[SOCKET_PATH_SIZE]) {
    if (!table_try_lock())
        return false;
    const struct entry *entry = find(address);
    if (entry != NULL)
        text_copy(path, SOCKET_PATH_SIZE, entry->path);
    table_unlock();
    return entry != NULL;
}

/* `address` taken apart: its folder, and the name of the record beside the socket. */
static bool locate_record(const char *address, struct private_address *parts,
                          char folder[FOLDER_SIZE], char name[SOCKET_RECORD_SIZE]) {
    if (!address_is_private(address, parts))
        return false;
    address_split(address, parts, folder);
    address_record(address + parts->folder_length + 1, RECORD_OF_NAME, name);
    return true;
}

int names_remember(const char *address, const char *path) {
    struct private_address parts;
    char folder[FOLDER_SIZE];
    char name[SOCKET_RECORD_SIZE];
    if (!locate_record(address, &parts, folder, name))
        return -EINVAL;
    return record_write(folder, name, path);
}

void names_forget(const char *address) {
    struct private_address parts;
    char folder[FOLDER_SIZE];
    char name[SOCKET_RECORD_SIZE];
    if (locate_record(address, &parts, folder, name))
        record_remove(folder, name);
}

/*
 * The folder of the record for `address`, or a negative errno. It may be another's, who can put a
 * link in its place.
 */
static int open_record(const char *address, char name[SOCKET_RECORD_SIZE]) {
    struct private_address parts;
    char folder[FOLDER_SIZE];
    name[0] = '\0';
    return locate_record(address, &parts, folder, name) ? folder_open(folder, parts.owner) : -EBADF;
}

bool names_in_the_making(const char *address) {
    char name[SOCKET_RECORD_SIZE];
    struct timespec now;
    struct stat status;
    int folder = open_record(address, name);
    int error = kernel_fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW);
    kernel_close(folder); /* EBADF of an errno, here and there */
    kernel_clock_gettime(CLOCK_REALTIME, &now);
    return error == 0 && now.tv_sec - status.st_ctim.tv_sec <= MAKING_SECONDS;
}

bool names_recorded(const char *address, char path[SOCKET_PATH_SIZE]) {
    char name[SOCKET_RECORD_SIZE];
    int folder = open_record(address, name);
    size_t length = (size_t)kernel_readlinkat(folder, name, path, SOCKET_PATH_SIZE);
    kernel_close(folder);           /* EBADF of an errno, here and there */
    if (length >= SOCKET_PATH_SIZE) /* or an error */
        return false;
    path[length] = '\0';
    return true;
}

bool names_kept_for(const char *address, const struct stat *marker) {
    char path[SOCKET_PATH_SIZE];
    struct stat status;
    return names_known(address, path) &&
           (S_ISREG(marker->st_mode) || kernel_lstat(path, &status) != 0 ||
            (status.st_ino == marker->st_ino && status.st_dev == marker->st_dev));
}

bool names_placed(const char *address, int directory, const char *path) {
    char recorded[SOCKET_PATH_SIZE];
    char place[SOCKET_PATH_SIZE];
    int fd = kernel_openat(directory, path, O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return false;
    bool placed = names_recorded(address, recorded) &&
                  descriptor_target(fd, place, sizeof place) == 0 && text_equal(place, recorded);
    kernel_close(fd);
    return placed;
}

/*
 * One's own record holds, and root's. Another's is not believed: he could name any path, and to ask
 * there whether it is true, he could name a volume that does not answer.
 */
static bool is_believed(const char *address) {
    struct private_address parts;
    return address_is_private(address, &parts) &&
           (parts.owner == 0 || parts.owner == kernel_geteuid());
}

bool names_find(const char *address, char path[SOCKET_PATH_SIZE]) {
    if (names_known(address, path))
        return true;
    if (!is_believed(address) || !names_recorded(address, path))
        return false;
    names_keep(address, path);
    return true;
}

void names_restore(struct sockaddr *address, socklen_t capacity, socklen_t *length) {
    char bound[SOCKET_PATH_SIZE];
    char path[SOCKET_PATH_SIZE];
    struct sockaddr_un original;
    socklen_t written = *length < capacity ? *length : capacity;
    if (address_path(address, written, bound) == 0 || !names_find(bound, path))
        return;
    *length = address_set(&original, path);
    socklen_t fits = *length < sizeof original ? *length : (socklen_t)sizeof original;
    memcpy(address, &original, fits < capacity ? fits : capacity);
}
