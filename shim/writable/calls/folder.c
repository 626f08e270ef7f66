/*
 * The doors of chdir(2) and getcwd(3): a folder of the upper tree is told by its name in the view.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/calls/folder.h"

/* --- the current folder ---------------------------------------------------------------------- */

/* From now on relative paths may be in a view. */
void current_look(void) {
    char physical[PATH_MAX];
    const char *name;
    if (!at_current_inside && place_physical(AT_FDCWD, physical) == 0 &&
        place_standing(physical, &name) != STANDS_OUTSIDE)
        at_current_inside = true;
}

DOOR int chdir(const char *path) {
    AT(at, AT_FDCWD, path);
    int result = NEXT(chdir)(at.path);
    if (result == 0 && views.active)
        current_look();
    return result;
}

DOOR int fchdir(int fd) {
    struct named_folder folder;
    const char *name;
    int result = NEXT(fchdir)(fd);
    if (result != 0 || !views.active)
        return result;
    current_look();
    if (at_current_inside && place_physical(AT_FDCWD, folder_name_in(&folder)) == 0 &&
        place_standing(folder_name_in(&folder), &name) == STANDS_LOWER && lift_is_expanded(&folder))
        system_call3(SYS_chdir, (long)folder.path, 0, 0);
    return result;
}

static void strip(char *path) {
    const char *name = view_name(path);
    for (size_t i = 0; name != path && (i == 0 || path[i - 1] != '\0'); i++)
        path[i] = name[i];
}

static char *strip_current(char *path) {
    if (path != NULL && views.active && view_is_upper(path))
        strip(path);
    return path;
}

/* A buffer that takes the name in the view need not take the longer one. */
DOOR char *getcwd(char *buffer, size_t size) {
    char path[PATH_MAX];
    int saved = errno_now();
    char *result = NEXT(getcwd)(buffer, size);
    if (result != NULL || errno != ERANGE || !views.active || size == 0)
        return strip_current(result);
    if (place_physical(AT_FDCWD, path) != 0 || !view_is_upper(path) ||
        text_length(view_name(path)) >= size)
        return NULL;
    text_copy(buffer, size, view_name(path));
    errno = saved;
    return buffer;
}

char *__getcwd_chk(char *buffer, size_t size, size_t room);
DOOR char *__getcwd_chk(char *buffer, size_t size, size_t room) {
    (void)room;
    return getcwd(buffer, size);
}

/* glibc believes PWD where it names the current folder. */
DOOR char *get_current_dir_name(void) {
    return strip_current(NEXT(get_current_dir_name)());
}
