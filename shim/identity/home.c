#include "identity/home.h"

#include <dirent.h>
#include <errno.h>

#include "core/errno_name.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/text.h"

/* 0, or why the first `length` bytes of `path` are no folder where `mode` is allowed. */
static int try_folder(const char *path, size_t length, int mode) {
    char inside[FOLDER_LONGEST + 3];
    struct text text = text_in(inside, sizeof inside);
    if (length > FOLDER_LONGEST)
        return -ENAMETOOLONG;
    text_append_bytes(&text, path, length);
    text_append(&text, "/."); /* there only where it is a folder */
    return kernel_access_effective(inside, mode | X_OK);
}

static size_t length_of(const char *path) {
    return text_length_within(path, FOLDER_LONGEST + 1);
}

bool home_usable(const char *home) {
    return home != NULL && home[0] == '/' && home[1] != '\0' &&
           (try_folder(home, length_of(home), W_OK) == 0 ||
            (settings.writable && try_folder(home, length_of(home), R_OK) == 0));
}

bool home_unwanted(const char *home) {
    if (home == NULL || home[0] == '\0')
        return true;
    int error = home[0] == '/' ? try_folder(home, length_of(home), W_OK) : 0;
    if (error == 0 || home[1] == '\0')
        return error != 0;
    return error == -ENOENT && try_folder(home, (size_t)(text_base(home) - home), W_OK) != 0;
}

/* --- what the old home holds ----------------------------------------------------------------- */

enum { DEEPEST = 3, LINKS_MOST = 1000 };

/* The old folder, by its descriptor and its path, and the new one. */
struct view {
    int old;
    int new;
    struct text path;
    unsigned links; /* that may still be made */
    unsigned depth;
};

static void show_folder(struct view *view);

/* Only what is a folder itself on both sides: a link is somebody's, and stays a link. */
static bool enter(const struct view *view, const char *name, struct view *inner) {
    const int flags = O_DIRECTORY | O_NOFOLLOW;
    system_call3(SYS_mkdirat, view->new, (long)name, 0700);
    *inner = *view;
    inner->depth++;
    inner->old = kernel_openat(view->old, name, flags | O_RDONLY);
    inner->new = kernel_openat(view->new, name, flags | O_PATH);
    return inner->old >= 0 && inner->new >= 0;
}

static void leave(const struct view *inner) {
    if (inner->old >= 0)
        kernel_close(inner->old);
    if (inner->new >= 0)
        kernel_close(inner->new);
}

static void show_entry(struct view *view, const struct dirent *entry) {
    const char *name = entry->d_name;
    const size_t length = view->path.length;
    bool dot = name[0] == '.';
    if (dot && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')))
        return;
    text_append(&view->path, "/");
    text_append(&view->path, name);
    if (dot && entry->d_type == DT_DIR && view->depth < DEEPEST &&
        system_call3(SYS_faccessat, view->old, (long)name, W_OK) != 0) {
        struct view inner;
        if (enter(view, name, &inner))
            show_folder(&inner);
        view->links = inner.links;
        leave(&inner);
    } else if (!view->path.cut && view->links > 0) {
        kernel_symlinkat(view->path.buffer, view->new, name);
        view->links--;
    }
    view->path.length = length;
    view->path.buffer[length] = '\0';
    view->path.cut = false;
}

static void show_folder(struct view *view) {
    _Alignas(struct dirent) char entries[1024]; /* longer than any entry: else none is given */
    ssize_t size;
    while (view->links > 0 && (size = kernel_getdents(view->old, entries, sizeof entries)) > 0)
        for (ssize_t at = 0; at < size;) {
            const struct dirent *entry = (const void *)(entries + at);
            show_entry(view, entry);
            at += entry->d_reclen;
        }
}

static void show(const char *old, const char *new) {
    char path[FOLDER_LONGEST + 3 * 256];
    struct view view = {.old = kernel_open(old, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0),
                        .new = kernel_open(new, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0),
                        .path = text_in(path, sizeof path),
                        .links = LINKS_MOST};
    text_append(&view.path, old);
    if (view.old >= 0 && view.new >= 0)
        show_folder(&view);
    leave(&view);
}

/* --- another home ---------------------------------------------------------------------------- */

static void make_settings_home(char path[FOLDER_LONGEST + 1]) {
    text_copy(path, FOLDER_LONGEST + 1, settings.home);
    int error = kernel_mkdir(path, 0700); /* as useradd -m would */
    if (error == -EEXIST && !home_usable(path))
        error = -EACCES;
    if (error != 0 && error != -EEXIST)
        log_error_once("QLSHIM_HOME=", path, ": ", errno_name(-error), "; it is used all the same");
}

void home_choose(const char *home, char path[FOLDER_LONGEST + 1]) {
    char folder[FOLDER_SIZE];
    if (settings.home[0] != '\0') {
        make_settings_home(path);
    } else if (home_usable(home)) {
        text_copy(path, FOLDER_LONGEST + 1, home);
    } else if (private_folder(folder) == 0) {
        text_of_two(path, FOLDER_LONGEST + 1, folder, "/home");
        kernel_mkdir(path, 0700);
        if (home != NULL && home[0] == '/' && home[1] != '\0' && length_of(home) <= FOLDER_LONGEST)
            show(home, path);
    } else {
        text_copy(path, FOLDER_LONGEST + 1, "/");
    }
}
