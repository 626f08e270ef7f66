/*
 * Bounded text: strings built piece by piece in a buffer of the caller's, always terminated,
 * never written past their end. No function allocates or keeps state, so all are safe in signal
 * handlers, after vfork and in threads.
 */
#ifndef QLSHIM_CORE_TEXT_H
#define QLSHIM_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct text {
    char *buffer;
    size_t capacity; /* bytes in buffer, the terminating NUL included */
    size_t length;
    bool cut; /* something did not fit: what is there is a prefix */
};

/* An empty text in `buffer`, whose `capacity` is at least 1. */
struct text text_in(char *buffer, size_t capacity);
/* The same, that begins with these two. */
struct text text_of_two(char *buffer, size_t capacity, const char *first, const char *second);
void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const char *bytes, size_t size);
void text_append_number(struct text *text, uint64_t number);
/* In lower-case hexadecimal, with at least `digits` digits (at most 16). */
void text_append_hex(struct text *text, uint64_t number, unsigned digits);

size_t text_length(const char *string);
/* The length of a string that has a NUL within `limit` bytes, else `limit`. */
size_t text_length_within(const char *string, size_t limit);
/* What follows the last slash of a path: its last part, or "" where the slash ends it. */
const char *text_base(const char *path);
bool text_equal(const char *left, const char *right);
/* What follows `prefix` in a string that begins with it, else NULL. */
const char *text_after(const char *string, const char *prefix);
/* Copies with truncation and returns whether it fitted. */
bool text_copy(char *buffer, size_t capacity, const char *string);

/*
 * A decimal number that ends where `*cursor` is left. False, with the cursor unmoved, where there
 * is no digit, a superfluous leading zero, or more than `limit`.
 */
bool text_read_number(const char **cursor, uint64_t limit, uint64_t *number);

#pragma GCC visibility pop

#endif
