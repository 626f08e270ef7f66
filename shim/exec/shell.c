#include "exec/shell.h"

#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"
#include "exec/child.h"
#include "exec/inheritance.h"

/* A second shell, so that it is shimmed itself: what it starts, it may have to start in a special
 * way. */
#define EXEC_SHELL "; exec /bin/sh -c "

enum { ARGUMENT_MOST = 128 * 1024 }; /* MAX_ARG_STRLEN, execve(2) */

/* In single quotes nothing is special to the shell but the quote itself. */
static void append_quoted(struct text *text, const char *string) {
    text_append(text, "'");
    for (; *string != '\0'; string++) {
        if (*string == '\'')
            text_append(text, "'\\''");
        else
            text_append_bytes(text, string, 1);
    }
    text_append(text, "'");
}

/* NAME='value' of an entry NAME=value. */
static void append_assignment(struct text *text, const char *entry) {
    size_t name = 0;
    while (entry[name] != '=' && entry[name] != '\0')
        name++;
    text_append(text, " ");
    text_append_bytes(text, entry, name);
    text_append(text, "=");
    append_quoted(text, entry[name] == '=' ? entry + name + 1 : "");
}

/* Of the completed environment, the entries that are exported: LD_PRELOAD and the settings. */
static bool is_exported(const char *entry) {
    if (settings_value(entry, "LD_PRELOAD") != NULL)
        return true;
    for (unsigned i = 0; inheritance.settings[i] != NULL; i++)
        if (text_equal(entry, inheritance.settings[i]))
            return true;
    return false;
}

static void write_command(struct text *text, char *const environment[], const char *command) {
    text_append(text, "export");
    for (; *environment != NULL; environment++)
        if (is_exported(*environment))
            append_assignment(text, *environment);
    text_append(text, EXEC_SHELL);
    append_quoted(text, command);
}

/* Room for the command: each byte may have to be quoted. */
static size_t command_size(char *const environment[], const char *command) {
    size_t size = sizeof "export" EXEC_SHELL + 4 * text_length(command) + 2;
    for (; *environment != NULL; environment++)
        if (is_exported(*environment))
            size += 4 * text_length(*environment) + 4;
    return size;
}

bool shell_command_complete(const char *command, char *const environment[],
                            struct shell_command *completed) {
    size_t size = child_environment_size(environment, false);
    void *room = size > 0 ? kernel_pages(size) : NULL;
    if (room == NULL)
        return false;
    char *const *whole = child_environment(environment, false, room);
    completed->size = command_size(whole, command);
    completed->text = kernel_pages(completed->size);
    if (completed->text != NULL) {
        struct text text = text_in(completed->text, completed->size);
        write_command(&text, whole, command);
        if (text.length >= ARGUMENT_MOST) { /* the native command may still be short enough */
            shell_command_release(completed);
            completed->text = NULL;
        }
    }
    kernel_release(room, size);
    return completed->text != NULL;
}

void shell_command_release(const struct shell_command *completed) {
    kernel_release(completed->text, completed->size);
}
