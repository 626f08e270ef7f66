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

static bool is_in_line(int byte) {
    return byte != '\n' && byte != -1;
}

/* Nearly all of a file is gone through here, so it does without a call for each byte. */
static int skip_line(struct reader *reader, int byte) {
    while (is_in_line(byte)) {
        while (reader->at < reader->filled && reader->buffer[reader->at] != '\n')
            reader->at++;
        byte = next_byte(reader);
    }
    return byte;
}

static bool is_blank(int byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r' && byte != '\n');
}

/*
 * A field of the next line, counted from 0, is `value`. *ended is set at the end of the file.
 * glibc takes blanks in front of a line, and of a number whatever strtoul(3) does: somebody whom it
 * knows so must not be taken for nameless.
 */
static bool line_has(struct reader *reader, int field, const char *value, bool *ended) {
    const char *expected = value;
    bool number = field > 0;
    int byte = next_byte(reader);
    while (is_blank(byte))
        byte = next_byte(reader);
    bool comment = byte == '#'; /* to glibc */
    for (; field > 0 && is_in_line(byte); byte = next_byte(reader))
        field -= byte == ':';
    while (number && (is_blank(byte) || byte == '+' || (byte == '0' && *value != '0')))
        byte = next_byte(reader);
    for (; field == 0 && *expected != '\0' && byte == (unsigned char)*expected; expected++)
        byte = next_byte(reader);
    bool equal = byte == ':' && expected != value && *expected == '\0';
    *ended = skip_line(reader, byte) == -1;
    return equal && !comment;
}

static bool file_has(const char *path, int field, const char *value) {
    struct reader reader = {.fd = kernel_open(path, O_RDONLY, 0)};
    bool ended = reader.fd < 0;
    bool found = false;
    while (!ended && !found)
        found = line_has(&reader, field, value, &ended);
    if (reader.fd >= 0)
        kernel_close(reader.fd);
    return found;
}

bool passwd_file_has(const char *path, uid_t uid) {
    char digits[12];
    struct text text = text_in(digits, sizeof digits);
    text_append_number(&text, uid);
    return file_has(path, 2, digits);
}

bool passwd_file_has_name(const char *path, const char *name) {
    return file_has(path, 0, name);
}
