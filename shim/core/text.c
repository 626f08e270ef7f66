#include "core/text.h"

#include <string.h>

#include "core/divide.h"

struct text text_in(char *buffer, size_t capacity) {
    buffer[0] = '\0';
    return (struct text){.buffer = buffer, .capacity = capacity};
}

void text_append_bytes(struct text *text, const char *bytes, size_t size) {
    size_t room = text->capacity - text->length - 1;
    if (size > room) {
        size = room;
        text->cut = true;
    }
    memcpy(text->buffer + text->length, bytes, size);
    text->length += size;
    text->buffer[text->length] = '\0';
}

struct text text_of_two(char *buffer, size_t capacity, const char *first, const char *second) {
    struct text text = text_in(buffer, capacity);
    text_append(&text, first);
    text_append(&text, second);
    return text;
}

void text_append(struct text *text, const char *string) {
    text_append_bytes(text, string, text_length(string));
}

static void append_digits(struct text *text, uint64_t number, unsigned base, unsigned digits) {
    char reversed[20];
    unsigned count = 0;
    do {
        reversed[count++] = "0123456789abcdef"[divide(&number, base)];
    } while (number > 0 || count < digits);
    while (count > 0)
        text_append_bytes(text, &reversed[--count], 1);
}

void text_append_number(struct text *text, uint64_t number) {
    append_digits(text, number, 10, 1);
}

void text_append_hex(struct text *text, uint64_t number, unsigned digits) {
    append_digits(text, number, 16, digits);
}

size_t text_length(const char *string) {
    size_t length = 0;
    while (string[length] != '\0')
        length++;
    return length;
}

size_t text_length_within(const char *string, size_t limit) {
    size_t length = 0;
    while (length < limit && string[length] != '\0')
        length++;
    return length;
}

const char *text_base(const char *path) {
    const char *base = path;
    for (; *path != '\0'; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}

const char *text_after(const char *string, const char *prefix) {
    while (*prefix != '\0')
        if (*string++ != *prefix++)
            return NULL;
    return string;
}

bool text_equal(const char *left, const char *right) {
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

bool text_copy(char *buffer, size_t capacity, const char *string) {
    struct text copy = text_in(buffer, capacity);
    text_append(&copy, string);
    return !copy.cut;
}

bool text_read_number(const char **cursor, uint64_t limit, uint64_t *number) {
    const char *digit = *cursor;
    uint64_t value = 0;
    if (*digit < '0' || *digit > '9' || (*digit == '0' && digit[1] >= '0' && digit[1] <= '9'))
        return false;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        uint64_t next = (uint64_t)(*digit - '0');
        if (next > limit || value > UINT64_MAX / 10 || value * 10 > limit - next)
            return false;
        value = value * 10 + next;
    }
    *cursor = digit;
    *number = value;
    return true;
}
