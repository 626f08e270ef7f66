#include "sockets/collect.h"

#include <dirent.h>
#include <errno.h>

#include "core/descriptor.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/rarely_used.h"
#include "core/text.h"
#include "sockets/address.h"
#include "sockets/alive.h"

enum {
    CALLS_BETWEEN = 16, /* redirects for one look */
    ENTRIES_A_LOOK = 32,
    /*
     * Younger ones stay: bind(2) makes the inode a moment before the socket is found at it. The
     * same goes for a record, which is there a moment after its socket.
     */
    AGE_SECONDS = 5,
    OWN_SOCKETS = 64, /* that this process bound last */
    LIVING_A_LOOK = 2
};

/* As getdents64(2) writes it. */
struct directory_entry {
    ino64_t inode;
    off64_t next;
    unsigned short size;
    unsigned char type;
    char name[];
};

static unsigned calls;

/*
 * Where the last look ended (d_off, which lseek(2) takes), as a record for all processes: one that
 * redirects a single socket would otherwise look at the same first entries every time.
 */
static const char position_record[] = "position";

static long read_position(const char *folder) {
    char text[24];
    const char *cursor = text;
    uint64_t position = 0;
    if (record_read(folder, position_record, text, sizeof text) != 0 ||
        !text_read_number(&cursor, INT64_MAX, &position))
        return 0;
    return (long)position;
}

static void write_position(const char *folder, long position) {
    char buffer[24];
    struct text text = text_in(buffer, sizeof buffer);
    text_append_number(&text, position > 0 ? (uint64_t)position : 0);
    record_replace(folder, position_record, buffer);
}

static bool is_old(const struct stat *status) {
    struct timespec now;
    kernel_clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - status->st_ctim.tv_sec > AGE_SECONDS;
}

/* Whether the socket with these digits lives. */
static bool remove_if_dead(int directory, const char *folder, const char *digits) {
    char path[SOCKET_PATH_SIZE];
    char name_record[SOCKET_RECORD_SIZE];
    char owner_record[SOCKET_RECORD_SIZE];
    struct sockaddr_un address;
    struct text text = text_of_two(path, sizeof path, folder, "/");
    text_append(&text, digits);
    socklen_t length = address_set(&address, path);
    int error = socket_alive((const struct sockaddr *)&address, length);
    if (error != -ECONNREFUSED)
        return error == 0;
    address_record(digits, RECORD_OF_NAME, name_record);
    address_record(digits, RECORD_OF_OWNER, owner_record);
    kernel_unlinkat(directory, digits);
    kernel_unlinkat(directory, name_record);
    kernel_unlinkat(directory, owner_record);
    log_line(LOG_LEVEL_DEBUG, "removed the dead socket ", path);
    return false;
}

static void remove_lone_record(int directory, const char *record) {
    char digits[PRIVATE_NAME_DIGITS + 1];
    struct stat status;
    struct text text = text_in(digits, sizeof digits);
    text_append_bytes(&text, record, PRIVATE_NAME_DIGITS);
    if (kernel_fstatat(directory, digits, &status, AT_SYMLINK_NOFOLLOW) == -ENOENT)
        kernel_unlinkat(directory, record);
}

/* Sockets are named by 16 digits, their records by these and ".name" or ".owner"; no other is ours.
 */
static void look_at(int directory, const char *folder, const char *name) {
    struct stat status;
    if (text_length_within(name, PRIVATE_NAME_DIGITS) < PRIVATE_NAME_DIGITS)
        return;
    const char *suffix = name + PRIVATE_NAME_DIGITS;
    bool socket = *suffix == '\0';
    if ((!socket && !text_equal(suffix, RECORD_OF_NAME) && !text_equal(suffix, RECORD_OF_OWNER)) ||
        kernel_fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !is_old(&status))
        return;
    if (socket && S_ISSOCK(status.st_mode))
        remove_if_dead(directory, folder, name);
    else if (!socket && S_ISLNK(status.st_mode))
        remove_lone_record(directory, name);
}

/* The last sockets that this process bound, by the number that is their name; 0: none. */
static RARELY_USED uint64_t own[OWN_SOCKETS];
static unsigned newest;

static uint64_t number_of(const char *digits) {
    uint64_t number = 0;
    for (int i = 0; i < PRIVATE_NAME_DIGITS; i++)
        number =
            number << 4 | (uint64_t)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
    return number;
}

void collect_later(const char *address) {
    unsigned slot = __atomic_add_fetch(&newest, 1, __ATOMIC_RELAXED) % OWN_SOCKETS;
    uint64_t number = number_of(address + text_length(address) - PRIVATE_NAME_DIGITS);
    __atomic_store_n(&own[slot], number, __ATOMIC_RELAXED);
}

/*
 * The oldest first. One that lives is forgotten, and met in the folder when it is dead; after a few
 * of them the look ends, since a process that keeps its sockets is to pay nothing for each.
 */
static void look_at_own(int directory, const char *folder) {
    char digits[PRIVATE_NAME_DIGITS + 1];
    unsigned oldest = __atomic_load_n(&newest, __ATOMIC_RELAXED) + 1;
    int living = 0;
    for (unsigned i = 0; i < OWN_SOCKETS && living < LIVING_A_LOOK; i++) {
        uint64_t *slot = &own[(oldest + i) % OWN_SOCKETS];
        uint64_t number = __atomic_exchange_n(slot, 0, __ATOMIC_RELAXED);
        if (number == 0)
            continue;
        struct text text = text_in(digits, sizeof digits);
        text_append_hex(&text, number, PRIVATE_NAME_DIGITS);
        living += remove_if_dead(directory, folder, digits);
    }
}

/* Looks at some entries from `position` on. Returns where to go on, 0 at the end. */
static long look(int directory, const char *folder, long position) {
    _Alignas(struct directory_entry) char entries[ENTRIES_A_LOOK * 48];
    if (position != 0)
        kernel_seek(directory, position, SEEK_SET);
    ssize_t size = kernel_getdents(directory, entries, sizeof entries);
    long next = 0;
    for (ssize_t at = 0; at < size;) {
        const struct directory_entry *entry = (const void *)(entries + at);
        look_at(directory, folder, entry->name);
        next = entry->next;
        at += entry->size;
    }
    return next;
}

void collect_some(const char *folder) {
    if (__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) % CALLS_BETWEEN != 0)
        return;
    int directory = kernel_open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (directory < 0)
        return;
    write_position(folder, look(directory, folder, read_position(folder)));
    look_at_own(directory, folder);
    kernel_close(directory);
}

void collect_all(int directory) {
    char folder[DESCRIPTOR_PATH_SIZE];
    descriptor_path(directory, folder);
    for (long position = 0; (position = look(directory, folder, position)) != 0;)
        continue;
}
