#include "core/passwd_file.h"

#include "core/kernel.h"
#include "core/text.h"

/* Reads a file byte by byte through a buffer; -1 at its end. */
struct reader {
    int fd;
    ssize_t filled;
    ssize_t at;
    char buffer[2048];
};

static int next_byte(struct reader *reader) {
    if (reader->at == reader->filled) {
        reader->filled = kernel_read(reader->fd, reader->buffer, sizeof reader->buffer);
        reader->at = 0;
        if (reader->filled <= 0) {
            reader->filled = 0;
            return -1;
        }
    }
    return (unsigned char)reader->buffer[reader->at++];
}

/* The third field of the next line is `uid`. *ended is set at the end of the file. */
static bool line_has(struct reader *reader, uid_t uid, bool *ended) {
    char field[12];
    struct text text = text_in(field, sizeof field);
    int colons = 0;
    int byte = next_byte(reader);
    for (; byte != -1 && byte != '\n'; byte = next_byte(reader)) {
        if (byte == ':')
            colons++;
        else if (colons == 2)
            text_append_bytes(&text, &(char){(char)byte}, 1);
    }
    *ended = byte == -1;
    const char *cursor = field;
    uint64_t number = 0;
    return !text.cut && text_read_number(&cursor, UINT32_MAX, &number) && *cursor == '\0' &&
           number == uid;
}

bool passwd_file_has(const char *path, uid_t uid) {
    struct reader reader = {.fd = kernel_open(path, O_RDONLY, 0)};
    bool ended = reader.fd < 0;
    bool found = false;
    while (!ended && !found)
        found = line_has(&reader, uid, &ended);
    if (reader.fd >= 0)
        kernel_close(reader.fd);
    return found;
}
