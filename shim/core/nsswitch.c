#include "core/nsswitch.h"

#include <stddef.h>

#include "core/kernel.h"

/* What stands behind `word`, without blanks in front; NULL where the text begins otherwise. */
static const char *behind(const char *text, const char *word) {
    while (*word != '\0' && *text == *word) {
        text++;
        word++;
    }
    while (*text == ' ' || *text == '\t')
        text++;
    return *word == '\0' ? text : NULL;
}

/* Every line of the database, and there is one, says "files". */
static bool is_files(const char *text, const char *database) {
    bool found = false;
    for (const char *line = text; *line != '\0';) {
        const char *sources = behind(behind(line, ""), database);
        const char *rest = sources != NULL ? behind(sources, "files") : NULL;
        if (sources != NULL && (rest == NULL || (*rest != '\n' && *rest != '\0' && *rest != '#')))
            return false;
        found = found || sources != NULL;
        while (*line != '\0' && *line++ != '\n') {
        }
    }
    return found;
}

bool nsswitch_names_files_only(const char *path) {
    char text[2048];
    int fd = kernel_open(path, O_RDONLY, 0);
    if (fd < 0)
        return false;
    ssize_t size = kernel_read(fd, text, sizeof text);
    kernel_close(fd);
    if (size < 0 || size == sizeof text)
        return false;
    text[size] = '\0';
    return is_files(text, "passwd:") && is_files(text, "group:");
}
