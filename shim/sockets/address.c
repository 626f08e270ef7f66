#include "sockets/address.h"

#include <string.h>

#include "core/text.h"

static const size_t path_offset = offsetof(struct sockaddr_un, sun_path);

size_t address_path(const struct sockaddr *address, socklen_t length, char path[SOCKET_PATH_SIZE]) {
    if (length <= path_offset || length > sizeof(struct sockaddr_un) ||
        address->sa_family != AF_UNIX)
        return 0;
    const char *name = (const char *)address + path_offset;
    size_t size = text_length_within(name, length - path_offset);
    memcpy(path, name, size);
    path[size] = '\0';
    return size;
}

socklen_t address_set(struct sockaddr_un *address, const char *path) {
    size_t size = text_length_within(path, SOCKET_PATH_LONGEST);
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, size);
    return (socklen_t)(path_offset + size + 1);
}

static bool is_hex_digit(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

static size_t count_hex_digits(const char *string) {
    size_t count = 0;
    while (is_hex_digit(string[count]))
        count++;
    return count;
}

/* `name` is ".qlshim-<uid>" or ".qlshim-<uid>-<1 to 8 hex digits>", up to a slash. */
static bool is_private_folder_name(const char *name, uid_t *owner) {
    uint64_t uid = 0;
    name = text_after(name, ".qlshim-");
    if (name == NULL || !text_read_number(&name, UINT32_MAX, &uid))
        return false;
    *owner = (uid_t)uid;
    if (*name == '/')
        return true;
    size_t digits = *name == '-' ? count_hex_digits(name + 1) : 0;
    return digits >= 1 && digits <= 8 && name[1 + digits] == '/';
}

/* Where the part of `path` begins that ends before `end`. */
static const char *part_before(const char *path, const char *end) {
    while (end > path && end[-1] != '/')
        end--;
    return end;
}

bool address_is_private(const char *path, struct private_address *parts) {
    size_t length = text_length_within(path, SOCKET_PATH_LONGEST);
    if (path[0] != '/' || length == SOCKET_PATH_LONGEST || length <= PRIVATE_NAME_DIGITS + 1)
        return false;
    const char *digits = path + length - PRIVATE_NAME_DIGITS;
    if (digits[-1] != '/' || count_hex_digits(digits) != PRIVATE_NAME_DIGITS)
        return false;
    const char *folder_end = digits - 1;
    const char *name = part_before(path, folder_end);
    size_t closed = count_hex_digits(name);
    if (closed >= 1 && closed <= 8 && name[closed] == '/' && name > path + 1)
        name = part_before(path, name - 1);
    parts->folder_length = (size_t)(folder_end - path);
    return is_private_folder_name(name, &parts->owner);
}

void address_split(const char *path, const struct private_address *parts,
                   char folder[FOLDER_SIZE]) {
    memcpy(folder, path, parts->folder_length);
    folder[parts->folder_length] = '\0';
}

void address_record(const char *digits, const char *suffix, char name[SOCKET_RECORD_SIZE]) {
    struct text text = text_in(name, SOCKET_RECORD_SIZE);
    text_append_bytes(&text, digits, PRIVATE_NAME_DIGITS);
    text_append(&text, suffix);
}
