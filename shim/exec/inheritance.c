#include "exec/inheritance.h"

#include <string.h>

#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"

struct inheritance inheritance;

static bool is_separator(char byte) {
    return byte == ':' || byte == ' ' || byte == '\0';
}

static bool is_library(const char *base, const char *end, const char *name) {
    size_t length = text_length(name);
    return (size_t)(end - base) == length && memcmp(base, name, length) == 0;
}

const char *preload_find(const char *list, const char *name, size_t *length) {
    const char *base = list;
    for (const char *byte = list;; byte++) {
        if (*byte == '/')
            base = byte + 1;
        if (!is_separator(*byte))
            continue;
        if (is_library(base, byte, name)) {
            *length = (size_t)(byte - list);
            return list;
        }
        if (*byte == '\0')
            return NULL;
        list = base = byte + 1;
    }
}

/* QLSHIM_, capitals, digits and "_", "=": what a shell can export, too (exec/shell.c). */
static bool is_setting(const char *entry) {
    entry = text_after(entry, "QLSHIM_");
    if (entry == NULL)
        return false;
    while ((*entry >= 'A' && *entry <= 'Z') || (*entry >= '0' && *entry <= '9') || *entry == '_')
        entry++;
    return *entry == '=';
}

static const char *keep(struct text *store, const char *bytes, size_t size) {
    const char *start = store->buffer + store->length;
    text_append_bytes(store, bytes, size);
    store->length++; /* over the NUL */
    return start;
}

bool preload_is_path(const char *entry, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (entry[i] == '/')
            return true;
    return false;
}

/* Nearly always enough; a page of its own would cost every start more than all else here. */
static char *find_store(size_t size) {
    static char small[512];
    return size <= sizeof small ? small : kernel_pages(size);
}

void inheritance_load(char *const environment[], const char *(*find_own_path)(void)) {
    const char *list = NULL;
    size_t length = 0;
    size_t size = 1;
    for (char *const *variable = environment; *variable != NULL; variable++) {
        const char *value = settings_value(*variable, "LD_PRELOAD");
        if (value != NULL)
            list = value; /* of two, both loaders take the last */
        else if (is_setting(*variable))
            size += text_length(*variable) + 1;
    }
    const char *entry = list != NULL ? preload_find(list, PRELOAD_FIRST, &length) : NULL;
    if (entry == NULL)
        return;
    bool bare = !preload_is_path(entry, length);
    /* libqlshim-writable.so, where it is loaded, goes with it. */
    size_t second_length;
    const char *second =
        settings.writable ? preload_find(list, PRELOAD_SECOND, &second_length) : NULL;
    size_t before = second != NULL && second + second_length + 1 == entry ? second_length + 1 : 0;
    entry -= before;
    length += before;
    const char *path = bare ? find_own_path() : NULL;
    bool guessed = bare && (path == NULL || path[0] != '/');
    if (guessed)
        path = "/usr/lib/libqlshim.so"; /* where the README puts it */
    size += length + 1 + (path != NULL ? text_length(path) + 1 : 0);
    char *bytes = find_store(size);
    if (bytes == NULL)
        return;
    struct text store = text_in(bytes, size);
    inheritance.path_guessed = guessed;
    inheritance.entry = keep(&store, entry, length);
    inheritance.path =
        path != NULL ? keep(&store, path, text_length(path)) : inheritance.entry + before;
    size_t count = 0;
    for (char *const *variable = environment; *variable != NULL; variable++)
        if (is_setting(*variable) && count < INHERITED_SETTINGS_MOST)
            inheritance.settings[count++] = keep(&store, *variable, text_length(*variable));
}
