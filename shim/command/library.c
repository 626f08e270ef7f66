#include "command/library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/library_file.h"
#include "core/text.h"
#include "exec/inheritance.h"

static bool is_readable(const char *path) {
    return access(path, R_OK) == 0;
}

/* The folder of this command's own file, without a slash at the end; "" where /proc cannot tell. */
static void own_folder(char folder[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
}

bool find_beside(const char *path, const char *name, char beside[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    int length = snprintf(beside, PATH_MAX, "%.*s/%s", (int)(slash - path), path, name);
    return length < PATH_MAX && is_readable(beside);
}

static bool look_in(const char *folder, const char *place, char path[PATH_MAX]) {
    char candidate[PATH_MAX + 32];
    snprintf(candidate, sizeof candidate, "%s%s/libqlshim.so", folder, place);
    return is_readable(candidate) && realpath(candidate, path) != NULL;
}

bool locate_library(char path[PATH_MAX]) {
    char folder[PATH_MAX];
    const char *given = getenv("QLSHIM_LIBRARY");
    own_folder(folder);
    bool found = given != NULL && *given != '\0'
                     ? is_readable(given) && realpath(given, path) != NULL
                     : look_in(folder, "", path) || look_in(folder, "/../lib", path) ||
                           look_in("/usr/lib", "", path);
    if (!found && given != NULL && *given != '\0')
        fprintf(stderr, "qlshim: cannot read QLSHIM_LIBRARY=%s\n", given);
    else if (!found)
        fprintf(stderr,
                "qlshim: libqlshim.so not found in %s, %s/../lib, /usr/lib; set QLSHIM_LIBRARY\n",
                folder, folder);
    else if (strpbrk(path, ": ") != NULL)
        fprintf(stderr, "qlshim: %s: LD_PRELOAD cannot hold a path with a colon or a space\n",
                path);
    else
        return true;
    return false;
}

/* One of another platform may be for programs of that one. */
bool library_is_whole(const char *path) {
    enum library_file file = library_file_look(path);
    if (file == LIBRARY_NONE)
        fprintf(stderr, "qlshim: %s: no library\n", path);
    if (file == LIBRARY_CUT)
        fprintf(stderr, "qlshim: %s: its end is missing: copy it again\n", path);
    return file != LIBRARY_NONE && file != LIBRARY_CUT;
}

bool find_library(char path[PATH_MAX]) {
    return locate_library(path) && library_is_whole(path);
}

/* Whether the entries of a LD_PRELOAD, which colons and spaces separate, hold the library. */
static bool has_entry(const char *preload, const char *library) {
    size_t length = strlen(library);
    while (*preload != '\0') {
        size_t entry = strcspn(preload, ": ");
        if (entry == length && strncmp(preload, library, length) == 0)
            return true;
        preload += entry;
        preload += strspn(preload, ": ");
    }
    return false;
}

static bool preload(const char *library) {
    const char *others = getenv("LD_PRELOAD");
    char *entries = NULL;
    if (others == NULL || *others == '\0')
        return setenv("LD_PRELOAD", library, 1) == 0;
    if (has_entry(others, library))
        return true;
    bool done =
        asprintf(&entries, "%s:%s", library, others) > 0 && setenv("LD_PRELOAD", entries, 1) == 0;
    free(entries);
    return done;
}

/* As the library itself would see to it (exec/second.h), which says why where it cannot. */
static bool preload_second(const char *library) {
    char path[PATH_MAX + sizeof PRELOAD_SECOND];
    const char *folders = getenv("QLSHIM_WRITABLE");
    int folder = (int)(text_base(library) - library);
    snprintf(path, sizeof path, "%.*s%s", folder, library, PRELOAD_SECOND);
    bool wanted = folders != NULL && *folders != '\0' && geteuid() != 0 && is_readable(path);
    return !wanted || preload(path);
}

bool preload_library(const char *library) {
    bool done = preload(library) && preload_second(library);
    if (!done)
        fprintf(stderr, "qlshim: cannot set LD_PRELOAD: %s\n", strerror(errno));
    return done;
}
