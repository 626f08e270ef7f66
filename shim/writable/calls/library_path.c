#include "writable/calls/library_path.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/readable.h"
#include "core/text.h"
#include "writable/view.h"

static const char variable[] = "LD_LIBRARY_PATH=";

static bool is_it(const char *entry) {
    size_t i = 0;
    while (variable[i] != '\0' && entry[i] == variable[i])
        i++;
    return variable[i] == '\0';
}

/* Which entry it is; where there is none, `*count` all the same. */
static char *find(char *const envp[], size_t *count) {
    char *found = NULL;
    for (*count = 0; envp != NULL && envp[*count] != NULL; ++*count)
        if (found == NULL && is_it(envp[*count]))
            found = envp[*count];
    return found;
}

/* Both separate folders (ld.so(8)). */
static size_t folder_length(const char *list) {
    size_t length = 0;
    while (list[length] != ':' && list[length] != ';' && list[length] != '\0')
        length++;
    return length;
}

size_t library_path_room(char *const envp[]) {
    size_t count;
    size_t folders = 1;
    if (!views.active || envp == NULL || (envp != environ && !strings_readable(envp)))
        return 0;
    const char *entry = find(envp, &count);
    if (entry == NULL)
        return 0;
    for (const char *byte = entry; *byte != '\0'; byte++)
        folders += *byte == ':' || *byte == ';';
    return (count + 1) * sizeof(char *) + text_length(entry) + 1 + folders * views.tree_length;
}

/* A folder in a view as its upper path. */
static void append_folder(struct text *text, const char *folder, size_t length) {
    size_t start = text->length;
    text_append_bytes(text, folder, length);
    if (length == 0 || folder[0] != '/' || !view_names(text->buffer + start))
        return;
    text->length = start;
    text_append(text, views.tree);
    text_append_bytes(text, folder, length);
}

char *const *library_path_told(char *const envp[], void *room, size_t size) {
    size_t count;
    if (size == 0)
        return envp;
    const char *entry = find(envp, &count);
    char **told = room;
    struct text text = text_in((char *)(told + count + 1), size - (count + 1) * sizeof(char *));
    text_append(&text, variable);
    for (const char *list = entry + sizeof variable - 1;; list++) {
        size_t length = folder_length(list);
        append_folder(&text, list, length);
        list += length;
        if (*list == '\0')
            break;
        text_append_bytes(&text, list, 1);
    }
    for (size_t i = 0; i <= count; i++)
        told[i] = envp[i] == entry && entry != NULL ? text.buffer : envp[i];
    return told;
}

void library_path_show(char *const envp[]) {
    size_t count;
    char *entry = find(envp, &count);
    if (entry == NULL || views.tree_length == 0)
        return;
    for (char *folder = entry + sizeof variable - 1;; folder++) {
        size_t length = folder_length(folder);
        if (length > views.tree_length && memcmp(folder, views.tree, views.tree_length) == 0 &&
            folder[views.tree_length] == '/') {
            memmove(folder, folder + views.tree_length,
                    text_length(folder + views.tree_length) + 1);
            length -= views.tree_length;
        }
        folder += length;
        if (*folder == '\0')
            return;
    }
}
