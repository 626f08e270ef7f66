/*
 * Paths. Most are of a few names, so that calls meet; they lead to the same places in several ways.
 * None leads out of the run's own folder, but to what an ordinary user cannot change.
 */
#include "differential/differential.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const usual[] = {
    "a",     "a",      "a",   "b",   "b",    "c",   "./a", "d/a",   "d/a",      "d/b",
    "d/f/a", "d/../a", "l/a", "l/b", "../a", "@/a", "@/b", "@/d/a", "@/d/../b", "@//d/./f/a",
};

static const char *const unusual[] = {
    "@",
    "",
    ".",
    "/",
    "d",
    "d/",
    "d/f",
    "d/f/",
    "a/",
    "d/a/",
    "missing/a",
    "a/a",
    "a/.",
    "b/..",
    "l",
    "l",
    "l/",
    "d/f",
    "@/d",
    "loop",
    "loop/a",
    "l/../a",
    "nul\nline",
    "\xc3\xa9",
    "/dev",
    "/dev/null",
    "/dev/null/a",
    "/nowhere/a",
    "/proc/self/fd/210/a",
    "/proc/self/fd/210/b",
    "/proc/self/fd/200",
    "/dev/null/",
};

/* Names as long as this, in this folder or in d. 107 and 108 are where sun_path ends. */
static const unsigned lengths[] = {14,  80,  90,  100, 105, 106, 107, 108,
                                   109, 110, 198, 199, 254, 255, 256};

/* The whole path is as long as this: PATH_MAX counts the NUL. */
static const unsigned whole_lengths[] = {104,  106,  107,  108,  109, 300,
                                         4093, 4094, 4095, 4096, 4999};

enum {
    USUAL = sizeof usual / sizeof usual[0],
    UNUSUAL = sizeof unusual / sizeof unusual[0],
    LENGTHS = sizeof lengths / sizeof lengths[0],
    WHOLE_LENGTHS = sizeof whole_lengths / sizeof whole_lengths[0],
    PATHS = USUAL + UNUSUAL + 2 * LENGTHS + WHOLE_LENGTHS
};

unsigned path_usual(uint64_t random) {
    return (unsigned)(random % USUAL);
}

unsigned path_odd(uint64_t random) {
    return (unsigned)(USUAL + random % (PATHS - USUAL));
}

unsigned path_home(void) {
    return USUAL; /* the first of those that are unusual */
}

/* "@" is the run's own folder. */
static const char *expanded(const char *text, char *buffer) {
    static char folder[512];
    if (folder[0] == '\0' && getcwd(folder, sizeof folder) == NULL)
        return text;
    if (text[0] != '@')
        return text;
    snprintf(buffer, LONGEST_PATH + 1, "%s%s", folder, text + 1);
    return buffer;
}

/* "././././a", which is a, however long it is. */
static void fill_with_dots(char *buffer, unsigned length) {
    for (unsigned i = 0; i < length; i++)
        buffer[i] = i % 2 == 0 ? '.' : '/';
    if (length % 2 == 0)
        buffer[0] = buffer[1] = '.', buffer[2] = '/', buffer[3] = 'd', buffer[4] = '/';
    buffer[length - 1] = 'a';
    buffer[length - 2] = '/';
    buffer[length] = '\0';
}

const char *path_text(unsigned path) {
    static char buffer[LONGEST_PATH + 1];
    expanded("", buffer); /* learns the folder, before anybody changes it */
    if (path < USUAL)
        return expanded(usual[path], buffer);
    path -= USUAL;
    if (path < UNUSUAL && masked(NO_ODD_NAMES) && strpbrk(unusual[path], "\n\xc3") != NULL)
        return "even";
    if (path < UNUSUAL)
        return expanded(unusual[path], buffer);
    path -= UNUSUAL;
    if (path >= 2 * LENGTHS) {
        fill_with_dots(buffer, whole_lengths[path - 2 * LENGTHS]);
        return buffer;
    }
    bool below = path >= LENGTHS;
    unsigned length = lengths[path % LENGTHS];
    if (length > 255 && masked(NO_LONG_NAMES))
        length = 255;
    memset(buffer, 'n', length);
    buffer[length] = '\0';
    if (below)
        memcpy(buffer, "d/", 2);
    return buffer;
}
