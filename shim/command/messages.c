#include "command/messages.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command/lines.h"

/* The file itself, with a NUL behind it (as(1), .incbin; relative to the top of the checkout). */
__asm__(
    ".section .rodata\n"
    "messages_text:\n"
    ".incbin \"shim/command/messages.txt\"\n"
    ".byte 0\n"
    ".text\n");
extern const char messages_text[];

static const struct span any = {"...", 3};
static const struct span or = {" | ", 3};

/* Upper and lower case are one, and so are the quotes: which of them stand there is the locale's.
 */
static char fold(char character) {
    if (character == '"' || character == '`')
        return '\'';
    return (char)tolower((unsigned char)character);
}

static bool is_word(char character) {
    return isalnum((unsigned char)character) || character == '_';
}

/* Whether a word, or a path from the root, may begin at `text`: "\n" in a quoted text is no letter.
 */
static bool begins(const char *line, const char *text) {
    if (text == line)
        return true;
    if (*text == '/')
        return !is_word(text[-1]) && strchr(".-~", text[-1]) == NULL;
    bool quoted = text - line >= 2 && text[-2] == '\\' && strchr("nrt", text[-1]) != NULL;
    return !isalnum((unsigned char)*text) || !is_word(text[-1]) || quoted;
}

static bool ends(const char *last) {
    return !isalnum((unsigned char)*last) || !is_word(last[1]);
}

/* Where `part` stands in the folded `line`, from `text` on, in whole words; or NULL. */
static const char *find_part(const char *line, const char *text, struct span part) {
    if (part.length == 0)
        return text;
    for (; (text = strchr(text, fold(*part.start))) != NULL; text++) {
        size_t same = 1;
        while (same < part.length && text[same] == fold(part.start[same]))
            same++;
        if (same == part.length && begins(line, text) && ends(text + same - 1))
            return text;
    }
    return NULL;
}

/* The piece of `rest` before the next `gap`; `rest` goes on behind that. */
static struct span next_part(struct span *rest, struct span gap) {
    struct span part = *rest;
    const char *end = memmem(rest->start, rest->length, gap.start, gap.length);
    if (end == NULL) {
        rest->length = 0;
        return part;
    }
    part.length = (size_t)(end - part.start);
    rest->start = end + gap.length;
    rest->length -= part.length + gap.length;
    return part;
}

static bool fits(struct span pattern, const char *line) {
    const char *text = line;
    while (pattern.length > 0) {
        struct span part = next_part(&pattern, any);
        text = find_part(line, text, part);
        if (text == NULL)
            return false;
        text += part.length;
    }
    return true;
}

/* To be freed; NULL where there is no memory. */
static char *folded(const char *line) {
    char *copy = strdup(line);
    for (char *text = copy; text != NULL && *text != '\0'; text++)
        *text = fold(*text);
    return copy;
}

bool messages_fit(struct span pattern, const char *line) {
    char *copy = folded(line);
    bool fit = copy != NULL && fits(pattern, copy);
    free(copy);
    return fit;
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
enum { ENTRIES_MOST = 192, MESSAGES_MOST = 768 };

/* The text taken apart: a log may have a hundred thousand lines to hold against it. */
static struct entry {
    struct explanation explanation;
    struct span unless;
} entries[ENTRIES_MOST];
static struct {
    struct span pattern;
    const struct entry *entry;
} messages[MESSAGES_MOST];
static unsigned message_count;

/* One entry, up to the empty line behind it. False where it has no message: comments. */
static bool read_entry(const char **cursor, struct entry *entry) {
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
        take(&entry->unless, field, "unless");
        take(&entry->explanation.area, field, "area");
        take(&entry->explanation.with_qlshim, field, "with-qlshim");
        take(&entry->explanation.cause, field, "cause");
        take(&entry->explanation.mend, field, "mend");
    }
    return message_count > before;
}

static void read_entries(void) {
    unsigned count = 0;
    for (const char *cursor = messages_text; *cursor != '\0' && count < ENTRIES_MOST;)
        count += read_entry(&cursor, &entries[count]);
}

static bool is_area(const struct entry *entry, const char *area) {
    return entry->explanation.area.length == strlen(area) &&
           memcmp(entry->explanation.area.start, area, strlen(area)) == 0;
}

/* Whether the entry may be about such a line: not about a socket's path where a port is named. */
static bool concerns(const struct entry *entry, const char *line, bool port) {
    if (is_area(entry, port ? "sockets" : "ports"))
        return false;
    for (struct span rest = entry->unless; rest.length > 0;)
        if (fits(next_part(&rest, or), line))
            return false;
    return true;
}

static const struct entry *find(const char *line) {
    const struct entry *found = NULL;
    size_t best = 0;
    bool port = lines_name_port(line);
    for (unsigned i = 0; i < message_count; i++) {
        if (messages[i].pattern.length <= best || !fits(messages[i].pattern, line) ||
            !concerns(messages[i].entry, line, port))
            continue;
        best = messages[i].pattern.length;
        found = messages[i].entry;
    }
    return found;
}

bool messages_find(const char *line, struct explanation *explanation) {
    char *copy = folded(line);
    if (message_count == 0)
        read_entries();
    const struct entry *found = copy != NULL ? find(copy) : NULL;
    if (found != NULL)
        *explanation = found->explanation;
    free(copy);
    return found != NULL;
}
