#include "command/messages.h"

#include <string.h>
#include <strings.h>

/* The file itself, with a NUL behind it (as(1), .incbin; relative to the top of the checkout). */
__asm__(
    ".section .rodata\n"
    "messages_text:\n"
    ".incbin \"shim/command/messages.txt\"\n"
    ".byte 0\n"
    ".text\n");
extern const char messages_text[];

static const struct span gap = {"...", 3};

/* Where `part` begins in `text`, or NULL. */
static const char *find_part(const char *text, struct span part) {
    for (size_t left = strlen(text); left >= part.length; left--, text++)
        /* The first byte without its case's bit: nearly all of a long line is none of it. */
        if ((part.length == 0 || ((*text ^ *part.start) & ~0x20) == 0) &&
            strncasecmp(text, part.start, part.length) == 0)
            return text;
    return NULL;
}

/* The piece of `rest` before the next gap; `rest` goes on behind that. */
static struct span next_part(struct span *rest) {
    struct span part = *rest;
    for (size_t i = 0; i + gap.length <= rest->length; i++) {
        if (memcmp(rest->start + i, gap.start, gap.length) != 0)
            continue;
        part.length = i;
        rest->start += i + gap.length;
        rest->length -= i + gap.length;
        return part;
    }
    rest->length = 0;
    return part;
}

bool messages_fit(struct span pattern, const char *line) {
    while (pattern.length > 0) {
        struct span part = next_part(&pattern);
        line = find_part(line, part);
        if (line == NULL)
            return false;
        line += part.length;
    }
    return true;
}

static struct span next_line(const char **cursor) {
    struct span line = {*cursor, strcspn(*cursor, "\n")};
    *cursor += line.length;
    *cursor += **cursor == '\n';
    return line;
}

/* The value of a line "name: value", or an empty one where the name is another. */
static struct span value_of(struct span line, const char *name) {
    size_t length = strlen(name);
    if (line.length < length + 2 || strncmp(line.start, name, length) != 0 ||
        strncmp(line.start + length, ": ", 2) != 0)
        return (struct span){0};
    return (struct span){line.start + length + 2, line.length - length - 2};
}

static void take(struct span *field, struct span line, const char *name) {
    struct span value = value_of(line, name);
    if (value.length > 0)
        *field = value;
}

/* Room for more than messages.txt has; explain.bats finds a message that had none. */
enum { ENTRIES_MOST = 128, MESSAGES_MOST = 512 };

/* The text taken apart: a log may have a hundred thousand lines to hold against it. */
static struct explanation entries[ENTRIES_MOST];
static struct {
    struct span pattern;
    const struct explanation *entry;
} messages[MESSAGES_MOST];
static unsigned message_count;

/* One entry, up to the empty line behind it. False where it has no message: comments. */
static bool read_entry(const char **cursor, struct explanation *entry) {
    unsigned before = message_count;
    while (**cursor != '\0') {
        struct span field = next_line(cursor);
        if (field.length == 0)
            break;
        struct span message = value_of(field, "message");
        if (message.length > 0 && message_count < MESSAGES_MOST) {
            messages[message_count].pattern = message;
            messages[message_count++].entry = entry;
        }
        take(&entry->area, field, "area");
        take(&entry->with_qlshim, field, "with-qlshim");
        take(&entry->cause, field, "cause");
        take(&entry->mend, field, "mend");
    }
    return message_count > before;
}

static void read_entries(void) {
    unsigned count = 0;
    for (const char *cursor = messages_text; *cursor != '\0' && count < ENTRIES_MOST;)
        count += read_entry(&cursor, &entries[count]);
}

bool messages_find(const char *line, struct explanation *explanation) {
    size_t best = 0;
    if (message_count == 0)
        read_entries();
    for (unsigned i = 0; i < message_count; i++) {
        if (messages[i].pattern.length <= best || !messages_fit(messages[i].pattern, line))
            continue;
        best = messages[i].pattern.length;
        *explanation = *messages[i].entry;
    }
    return best > 0;
}
