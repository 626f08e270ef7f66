/*
 * What libqlshim.so asks, which makes cron's state folder by calls of the kernel that pass no door
 * (cron/state.c).
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"

/*
 * Where `path` lies in a view, the folder is made with what is missing above it (0700), and made
 * real with all that it holds already; `made` gets its upper path, which may be the same memory.
 * Else false. Leaves errno alone.
 */
bool qlshim_view_folder(const char *path, char *made, size_t size);

static void make_folders(const char *path) {
    char folder[PATH_MAX];
    struct text text = text_in(folder, sizeof folder);
    for (; *path != '\0'; path++) {
        if (*path == '/' && text.length > 0)
            mkdir(folder, 0700);
        text_append_bytes(&text, path, 1);
    }
    mkdir(folder, 0700);
}

/* What cannot be made real, as it cannot be read, stays the lower one's. */
static bool make_real(struct at *at) {
    struct place *place = place_new();
    bool real = place != NULL && at_place(at, LIFT_ENTRY, place) == STANDS_UPPER;
    if (real)
        lift_whole(place);
    if (place != NULL)
        place_free(place);
    return real;
}

DOOR bool qlshim_view_folder(const char *path, char *made, size_t size) {
    int saved_errno = errno_now();
    AT(at, AT_FDCWD, path);
    if (!at.inside)
        return false;
    make_folders(path);
    bool real = make_real(&at) && text_copy(made, size, at.path);
    errno = saved_errno;
    return real;
}
