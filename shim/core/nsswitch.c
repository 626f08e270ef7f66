#include "core/nsswitch.h"

#include <errno.h>
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

/* What the lines of the database say; FILES where each says "files". */
static enum nsswitch read_database(const char *text, const char *database) {
    enum nsswitch found = NSSWITCH_UNSAID;
    for (const char *line = text; *line != '\0';) {
        const char *sources = behind(behind(line, ""), database);
        const char *rest = sources != NULL ? behind(sources, "files") : NULL;
        if (sources != NULL && (rest == NULL || (*rest != '\n' && *rest != '\0' && *rest != '#')))
            return NSSWITCH_SERVICES;
        if (sources != NULL)
            found = NSSWITCH_FILES;
        while (*line != '\0' && *line++ != '\n') {
        }
    }
    return found;
}

enum nsswitch nsswitch_read(const char *path) {
    char text[2048];
    int fd = kernel_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fd == -ENOENT ? NSSWITCH_UNSAID : NSSWITCH_SERVICES;
    ssize_t size = kernel_read(fd, text, sizeof text);
    kernel_close(fd);
    if (size < 0 || size == sizeof text)
        return NSSWITCH_SERVICES;
    text[size] = '\0';
    enum nsswitch users = read_database(text, "passwd:");
    enum nsswitch groups = read_database(text, "group:");
    if (users == groups)
        return users;
    return users == NSSWITCH_SERVICES || groups == NSSWITCH_SERVICES ? NSSWITCH_SERVICES
                                                                     : NSSWITCH_UNSAID;
}
