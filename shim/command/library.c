#include "command/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static bool look_in(const char *folder, const char *place, char path[PATH_MAX]) {
    char candidate[PATH_MAX + 32];
    snprintf(candidate, sizeof candidate, "%s%s/libqlshim.so", folder, place);
    return is_readable(candidate) && realpath(candidate, path) != NULL;
}

bool find_library(char path[PATH_MAX]) {
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
