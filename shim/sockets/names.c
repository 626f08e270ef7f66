#include "sockets/names.h"

#include <errno.h>
#include <string.h>

#include "core/folder.h"
#include "core/kernel.h"
#include "core/table.h"
#include "core/text.h"
#include "sockets/marker.h"

/* A process that meets ever new peers must not grow for ever; beyond this it reads the records. */
enum { ENTRIES_MOST = 16384 };

struct entry {
    UT_hash_handle hh;
    char *path;     /* behind the address */
    char address[]; /* the key, without its NUL */
};

static struct entry *table;

void names_record(const char *digits, char name[NAME_RECORD_SIZE]) {
    struct text text = text_in(name, NAME_RECORD_SIZE);
    text_append_bytes(&text, digits, PRIVATE_NAME_DIGITS);
    text_append(&text, ".name");
}

static void keep(const char *address, const char *path) {
    struct entry *entry = NULL;
    size_t address_size = text_length(address) + 1;
    size_t path_size = text_length(path) + 1;
    if (!table_try_lock())
        return;
    HASH_FIND(hh, table, address, address_size - 1, entry);
    if (entry == NULL && HASH_COUNT(table) < ENTRIES_MOST &&
        (entry = arena_allocate(sizeof *entry + address_size + path_size)) != NULL) {
        memcpy(entry->address, address, address_size);
        entry->path = entry->address + address_size;
        memcpy(entry->path, path, path_size);
        HASH_ADD_KEYPTR(hh, table, entry->address, address_size - 1, entry);
    }
    table_unlock();
}

static bool look_up(const char *address, char path[SOCKET_PATH_SIZE]) {
    struct entry *entry = NULL;
    if (!table_try_lock())
        return false;
    HASH_FIND(hh, table, address, text_length(address), entry);
    if (entry != NULL)
        text_copy(path, SOCKET_PATH_SIZE, entry->path);
    table_unlock();
    return entry != NULL;
}

/* `address` taken apart: its folder, and the name of the record beside the socket. */
static bool locate_record(const char *address, struct private_address *parts,
                          char folder[FOLDER_SIZE], char name[NAME_RECORD_SIZE]) {
    if (!address_is_private(address, parts))
        return false;
    memcpy(folder, address, parts->folder_length);
    folder[parts->folder_length] = '\0';
    names_record(address + parts->folder_length + 1, name);
    return true;
}

int names_remember(const char *address, const char *path) {
    struct private_address parts;
    char folder[FOLDER_SIZE];
    char name[NAME_RECORD_SIZE];
    if (!locate_record(address, &parts, folder, name))
        return -EINVAL;
    keep(address, path);
    return record_write(folder, name, path);
}

void names_forget(const char *address) {
    struct private_address parts;
    char folder[FOLDER_SIZE];
    char name[NAME_RECORD_SIZE];
    if (locate_record(address, &parts, folder, name))
        record_remove(folder, name);
}

bool names_recorded(const char *address, char path[SOCKET_PATH_SIZE]) {
    struct private_address parts;
    char folder[FOLDER_SIZE];
    char name[NAME_RECORD_SIZE];
    return locate_record(address, &parts, folder, name) &&
           record_read(folder, name, path, SOCKET_PATH_SIZE) == 0;
}

/* One's own record holds, and root's; another's where the marker at the path says so, too. */
static bool is_true(const char *address, const char *path) {
    struct private_address parts;
    char folder[FOLDER_SIZE];
    char name[NAME_RECORD_SIZE];
    char marked[SOCKET_PATH_SIZE];
    struct stat status;
    if (!locate_record(address, &parts, folder, name))
        return false;
    if (parts.owner == 0 || parts.owner == kernel_geteuid())
        return folder_check(folder, parts.owner) == 0;
    return marker_read(AT_FDCWD, path, false, &status, marked) && text_equal(marked, address);
}

bool names_find(const char *address, char path[SOCKET_PATH_SIZE]) {
    if (look_up(address, path))
        return true;
    if (!names_recorded(address, path) || !is_true(address, path))
        return false;
    keep(address, path);
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
