#include "writable/load.h"

#include "core/errno_name.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/place.h"
#include "core/settings.h"
#include "core/text.h"
#include "writable/expansion.h"
#include "writable/links.h"
#include "writable/mounts.h"
#include "writable/place.h"
#include "writable/record.h"
#include "writable/upper.h"
#include "writable/users.h"
#include "writable/view.h"

/* --- the list -------------------------------------------------------------------------------- */

static bool known(const char *path) {
    for (unsigned i = 0; i < views.count; i++)
        if (views.list[i].root && view_holds(views.list[i].path, path))
            return true;
    return false;
}

static void add(const char *path, bool root) {
    if (views.count == VIEWS_MOST || (root && known(path)))
        return;
    struct view *view = &views.list[views.count++];
    text_copy(view->path, sizeof view->path, path);
    view->length = (unsigned char)text_length(view->path);
    view->root = root;
}

/* NULL where the folder can be a view, or needs none; else why not. */
static const char *add_folder(const char *path) {
    char physical[PATH_MAX];
    char clean[VIEW_LONGEST + 1];
    int fd = kernel_open(path, O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return errno_name(-fd);
    int error = place_physical(fd, physical);
    kernel_close(fd);
    if (error != 0)
        return errno_name(-error);
    if (!view_clean(physical, text_length(physical), clean))
        return "can be no view";
    if (view_holds(clean, views.upper) || view_holds(views.upper, clean))
        return "holds what is written, or lies there";
    if (kernel_access_effective(path, W_OK) == 0)
        return NULL;
    if (kernel_access_effective(path, R_OK | X_OK) != 0)
        return "cannot be read";
    add(clean, true);
    if (!text_equal(clean, path))
        add(path, false);
    return NULL;
}

static void add_list(const char *list) {
    while (list != NULL && *list != '\0') {
        char path[VIEW_LONGEST + 1];
        size_t length = 0;
        while (list[length] != ':' && list[length] != '\0')
            length++;
        const char *why = "not an absolute path, or one that can be no view";
        if (length > 0 && view_clean(list, length, path))
            why = add_folder(path);
        if (length > 0 && why != NULL) {
            char entry[VIEW_LONGEST + 1];
            struct text text = text_in(entry, sizeof entry);
            text_append_bytes(&text, list, length);
            log_line(LOG_LEVEL_ERROR, "QLSHIM_WRITABLE: ", entry, ": ", why, "; left out");
        }
        list += length + (list[length] == ':');
    }
}

/* A HOME that can be read and not written; in silence, since nobody asked for it. */
static void add_home(const char *home) {
    char path[VIEW_LONGEST + 1];
    if (home != NULL && view_clean(home, text_length(home), path))
        add_folder(path);
}

/* --- the upper folder ------------------------------------------------------------------------ */

bool views_upper_folder(char *path, unsigned size) {
    const char *given = settings_variable("QLSHIM_UPPER");
    char clean[VIEW_LONGEST + 1];
    if (given != NULL && *given != '\0') {
        if (view_clean(given, text_length(given), clean) && text_copy(path, size, clean))
            return true;
        log_line(LOG_LEVEL_ERROR, "QLSHIM_UPPER=", given,
                 ": not an absolute path of at most 150 bytes; nothing is writable");
        return false;
    }
    char folder[FOLDER_SIZE];
    int error = private_folder(folder);
    if (error != 0) {
        log_line(LOG_LEVEL_ERROR, "QLSHIM_WRITABLE: no folder for what is written: ", folder, ": ",
                 errno_name(-error), "; set QLSHIM_UPPER");
        return false;
    }
    struct text text = text_in(path, size);
    text_append(&text, folder);
    text_append(&text, "/upper");
    return !text.cut;
}

/* Nothing is made in a folder of another's, nor where a link of his leads. */
static int make_in_place(const char *path) {
    char folder[PATH_MAX];
    const char *name = text_base(path);
    struct text text = text_in(folder, sizeof folder);
    text_append_bytes(&text, path, (size_t)(name - path));
    int fd = place_open(folder, views.uid);
    int error = fd < 0 ? fd : place_check(fd, views.uid);
    if (error == 0)
        error = (int)system_call3(SYS_mkdirat, fd, (long)name, 0700);
    if (fd >= 0 && error == 0) /* the umask may have taken more */
        system_call3(SYS_fchmodat, fd, (long)name, 0700);
    if (fd >= 0)
        kernel_close(fd);
    return error == -ENOTDIR || error == -ELOOP ? -EPERM : error;
}

/* folder_check sees to it that nobody else can put another folder there. */
static int checked(int error, const char *path) {
    return error == 0 || error == -EEXIST ? folder_check(path, views.uid) : error;
}

/* What a killed process was making goes; the lock is held, so nobody is at work. */
static int make_folders(void) {
    char work[PATH_MAX];
    char names[PATH_MAX];
    upper_path(work, "work");
    upper_path(names, "names");
    upper_remove(work);
    int error = checked(upper_make_folder(work), work);
    return error == 0 ? checked(upper_make_folder(names), names) : error;
}

static int make_roots(void) {
    char path[PATH_MAX];
    int error = 0;
    for (unsigned i = 0; i < views.count && error == 0; i++) {
        const char *view = views.list[i].path;
        error = expand_root("/", true);
        for (size_t length = 1; view[length] != '\0' && error == 0; length++) {
            struct text text = text_in(path, sizeof path);
            text_append_bytes(&text, view, length);
            if (view[length] == '/')
                error = expand_root(path, !view_names_root(path));
        }
        if (error == 0 && views.list[i].root)
            error = expand_root(view, false);
    }
    return error;
}

/* --- once for each container ----------------------------------------------------------------- */

enum { STAMP_SIZE = 64 + 17 * VIEWS_MOST };

/* Of the container's root: its mount, which has its number since boot, and its times; and of the
 * list of views. */
static void describe(char *stamp, size_t size) {
    struct statx status = {0};
    struct text text = text_in(stamp, size);
    kernel_statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID_UNIQUE, &status);
    text_append_hex(&text, status.stx_mnt_id, 1);
    text_append(&text, "-");
    text_append_hex(&text, status.stx_ino, 1);
    text_append(&text, "-");
    text_append_hex(&text, (uint64_t)status.stx_ctime.tv_sec, 1);
    for (unsigned i = 0; i < views.count; i++) {
        text_append(&text, views.list[i].root ? ":" : "=");
        text_append_hex(&text, upper_hash(views.list[i].path), 1);
    }
}

/* Whoever takes away what is there looks for its users before he removes the stamp: so the stamp is
 * read by one of them. */
static bool join(const char *stamp) {
    char found[STAMP_SIZE];
    if (folder_check(views.upper, views.uid) != 0)
        return false;
    users_join();
    return record_read(views.upper, "stamp", found, sizeof found) == 0 && text_equal(found, stamp);
}

static int prepare(const char *stamp) {
    struct upper_lock lock;
    int error = checked(make_in_place(views.upper), views.upper);
    if (error == 0)
        error = upper_lock(&lock);
    if (error != 0)
        return error;
    if (!join(stamp)) {
        error = make_folders();
        if (error == 0)
            error = links_scan();
        if (error == 0)
            error = record_refresh_all();
        if (error == 0)
            error = make_roots();
        mounts_say_covered();
        if (error == 0)
            error = record_replace(views.upper, "stamp", stamp);
    }
    upper_unlock(&lock);
    return error;
}

static const char *explanation(int error) {
    if (error == -EINVAL || error == -ENOSYS)
        return " (its filesystem cannot exchange two files by renameat2, or has no links)";
    if (error == -EPERM)
        return " (it belongs to another, others may write a folder above it, or a link leads "
               "there)";
    return "";
}

void views_load(void) {
    char stamp[STAMP_SIZE];
    const char *list = settings_variable("QLSHIM_WRITABLE");
    views.uid = kernel_geteuid();
    views.gid = kernel_getegid();
    if (list == NULL || *list == '\0' || views.uid == 0 ||
        !views_upper_folder(views.upper, sizeof views.upper))
        return;
    struct text tree = text_in(views.tree, sizeof views.tree);
    text_append(&tree, views.upper);
    text_append(&tree, "/tree");
    add_list(list);
    add_home(settings_variable("HOME"));
    if (views.count == 0)
        return;
    views.tree_length = tree.length;
    describe(stamp, sizeof stamp);
    if (!join(stamp)) {
        int error = prepare(stamp);
        if (error != 0) {
            log_line(LOG_LEVEL_ERROR, "QLSHIM_WRITABLE: cannot use ", views.upper, ": ",
                     errno_name(-error), explanation(error), "; nothing is writable");
            return;
        }
    }
    views.active = true;
}
