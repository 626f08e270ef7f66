#include "writable/expansion.h"

#include <dirent.h>

#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/text.h"
#include "writable/identity.h"
#include "writable/links.h"
#include "writable/record.h"
#include "writable/view.h"

/* --- which may be ---------------------------------------------------------------------------- */

/* A mount's id, or where the kernel has none to tell (before Linux 5.8) the device. */
static uint64_t mount_of(const char *path) {
    struct statx status;
    if (kernel_statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_MNT_ID,
                     &status) != 0)
        return 0;
    return (status.stx_mask & STATX_MNT_ID) != 0
               ? status.stx_mnt_id
               : device_make(status.stx_dev_major, status.stx_dev_minor);
}

static const char *view_of(const char *folder) {
    for (unsigned i = 0; i < views.count; i++)
        if (views.list[i].root && view_holds(views.list[i].path, folder))
            return views.list[i].path;
    return NULL;
}

bool is_other_mount(const char *folder) {
    const char *view = view_of(folder);
    return view == NULL || mount_of(folder) != mount_of(view);
}

bool stays_native(const char *folder) {
    return is_other_mount(folder) || kernel_access_effective(folder, W_OK) == 0;
}

/* --- a farm --------------------------------------------------------------------------------- */

/* One folder that is being made. */
struct farm_work {
    const struct links *links;
    struct record record;
    struct entries entries;
    char work[PATH_MAX];   /* where it is made */
    char folder[PATH_MAX]; /* its name in the view */
    char lower[PATH_MAX];  /* an entry's path below */
    char link[PATH_MAX];
    char target[PATH_MAX];
};

static bool join(char path[PATH_MAX], const char *folder, const char *name) {
    struct text text = text_in(path, PATH_MAX);
    text_append(&text, text_equal(folder, "/") ? "" : folder);
    text_append(&text, "/");
    text_append(&text, name);
    return !text.cut;
}

/*
 * A farm of the lower folder, at `work`; nothing is left there where it fails. Where `mode` is
 * given it is for the caller to set, once the folder is in its place: one that is not writable
 * cannot be moved.
 */
static int make_farm(const struct links *links, const char *folder, const char *work, mode_t *mode);

static int make_entry(struct farm_work *farm, const char *name, unsigned type) {
    struct stat status;
    if (!join(farm->lower, farm->folder, name) || !join(farm->link, farm->work, name))
        return -ENAMETOOLONG;
    if (type == DT_UNKNOWN && kernel_lstat(farm->lower, &status) == 0)
        type = (status.st_mode & S_IFMT) >> 12;
    if (type == DT_LNK)
        return upper_copy_link(AT_FDCWD, farm->lower, AT_FDCWD, farm->link);
    if (type == DT_DIR && links_expand(farm->links, farm->folder, farm->lower) &&
        !stays_native(farm->lower)) {
        int error = make_farm(farm->links, farm->lower, farm->link, NULL);
        if (error == 0 || errno_of_process(error))
            return error;
    }
    enum farm kind = type == DT_DIR ? FARM_FOLDER : type == DT_REG ? FARM_FILE : FARM_OTHER;
    if (!farm_target(farm->target, PATH_MAX, kind, farm->lower))
        return -ENAMETOOLONG;
    return kernel_symlinkat(farm->target, AT_FDCWD, farm->link);
}

/* Mode and times are the lower folder's; set-id bits are its owner's to give. */
static int finish(const struct farm_work *farm, const struct stat *status, mode_t *mode) {
    const struct timespec times[2] = {status->st_atim, status->st_mtim};
    kernel_utimens(AT_FDCWD, farm->work, times, AT_SYMLINK_NOFOLLOW);
    if (mode != NULL)
        *mode = status->st_mode & 01777;
    return mode != NULL ? 0 : kernel_chmod(farm->work, status->st_mode & 01777);
}

static int fill_farm(struct farm_work *farm, mode_t *mode) {
    struct stat status;
    int error = 0;
    farm->entries.fd = kernel_open(farm->folder, O_RDONLY | O_DIRECTORY, 0);
    if (farm->entries.fd < 0)
        return farm->entries.fd;
    error = kernel_fstatat(farm->entries.fd, "", &status, AT_EMPTY_PATH);
    if (error == 0)
        error = upper_make_folder(farm->work);
    record_begin(&farm->record, farm->folder);
    for (struct entry *entry; error == 0 && (entry = entries_next(&farm->entries)) != NULL;) {
        record_add(&farm->record, entry->name);
        error = make_entry(farm, entry->name, entry->type);
    }
    kernel_close(farm->entries.fd);
    if (error == 0)
        error = farm->entries.error;
    int kept = record_keep(&farm->record, farm->folder, error == 0);
    if (error == 0)
        error = kept;
    return error == 0 ? finish(farm, &status, mode) : error;
}

static int make_farm(const struct links *links, const char *folder, const char *work,
                     mode_t *mode) {
    struct farm_work *farm = kernel_pages(sizeof *farm);
    if (farm == NULL)
        return -ENOMEM;
    farm->links = links;
    int error = -ENAMETOOLONG;
    if (text_copy(farm->work, PATH_MAX, work) && text_copy(farm->folder, PATH_MAX, folder))
        error = fill_farm(farm, mode);
    if (error != 0)
        upper_remove(work);
    kernel_release(farm, sizeof *farm);
    return error;
}

/* Makes the folder's farm aside and puts it in its place; `mode`: of a folder that is no view's,
 * else 0. */
static int place_farm(const char *folder, const char *path, mode_t closed) {
    static char work[PATH_MAX]; /* upper_lock */
    mode_t mode = 0;
    struct links links;
    links_load(&links);
    upper_work_path(work);
    int error = make_farm(&links, folder, work, &mode);
    links_release(&links);
    if (error != 0)
        return error;
    error = upper_replace_farm(work, path);
    if (error == -ESTALE && closed != 0)
        error = (int)system_call(SYS_renameat2, AT_FDCWD, (long)work, AT_FDCWD, (long)path, 0, 0);
    if (error != 0)
        upper_remove(work);
    return error == 0 ? kernel_chmod(path, closed != 0 ? closed : mode) : error;
}

enum { CLOSED = 0555 };

int expand_root(const char *folder, bool closed) {
    struct stat status;
    static char path[PATH_MAX];
    if (!view_upper_path(path, PATH_MAX, folder[1] == '\0' ? "" : folder))
        return -ENAMETOOLONG;
    if (kernel_lstat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return place_farm(folder, path, closed ? CLOSED : 0);
    /* It was the other in another list of views; or who brought it up to date was killed. */
    mode_t mode = status.st_mode & 07777;
    if (!closed && mode == CLOSED && kernel_lstat(folder, &status) == 0)
        return kernel_chmod(path, status.st_mode & 01777);
    return closed && mode != CLOSED ? kernel_chmod(path, CLOSED) : 0;
}

/* --- on the way to a folder ---------------------------------------------------------------- */

/* Expands `folder` where it is a farm link: 1, or 0 where it is real. */
static int expand_step(const char *folder) {
    static char path[PATH_MAX]; /* upper_lock */
    char target[8];
    if (!view_upper_path(path, PATH_MAX, folder))
        return -ENAMETOOLONG;
    ssize_t length = kernel_readlinkat(AT_FDCWD, path, target, sizeof target);
    if (length < 0)
        return length == -EINVAL ? 0 : (int)length;
    if (farm_kind(target, (size_t)length) != FARM_FOLDER)
        return -ENOTDIR;
    if (stays_native(folder))
        return -EXDEV;
    int error = place_farm(folder, path, 0);
    identity_forget();
    return error == 0 ? 1 : error;
}

/* From one folder on the way to the next: false where `folder` has no more; `*error` becomes
 * -ENAMETOOLONG where `part` has no room for it. */
static bool next_folder(const char *folder, size_t *length, char part[PATH_MAX], int *error) {
    if (folder[*length] == '\0')
        return false;
    do
        ++*length;
    while (folder[*length] != '/' && folder[*length] != '\0');
    struct text text = text_in(part, PATH_MAX);
    text_append_bytes(&text, folder, *length);
    *error = text.cut ? -ENAMETOOLONG : 0;
    return true;
}

bool expand_may(const char *folder, char part[PATH_MAX]) {
    const char *view = view_of(folder);
    int error = 0;
    if (view == NULL)
        return false;
    for (size_t length = text_length(view); next_folder(folder, &length, part, &error);)
        if (error != 0 || stays_native(part))
            return false;
    return true;
}

int expand_to(const char *folder) {
    static char part[PATH_MAX]; /* upper_lock */
    const char *view = view_of(folder);
    int expanded = 0;
    int error = 0;
    if (view == NULL)
        return -EXDEV;
    for (size_t length = text_length(view); next_folder(folder, &length, part, &error);) {
        if (error == 0)
            error = expand_step(part);
        if (error < 0)
            return error;
        expanded |= error;
    }
    return expanded;
}

/* --- a whole tree ---------------------------------------------------------------------------- */

struct tree_walk {
    struct entries entries;
    char path[PATH_MAX];
    char target[PATH_MAX];
};

static int make_real(struct tree_walk *walk, const char *folder, const char *name) {
    struct stat status;
    int fd = walk->entries.fd;
    ssize_t length = kernel_readlinkat(fd, name, walk->target, PATH_MAX - 1);
    enum farm kind = length > 0 ? farm_kind(walk->target, (size_t)length) : FARM_NONE;
    if (length <= 0 &&
        (kernel_fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode)))
        return 0;
    if (length > 0 && kind != FARM_FOLDER && kind != FARM_FILE)
        return 0;
    walk->target[length > 0 ? length : 0] = '\0';
    if (!join(walk->path, folder, name))
        return -ENAMETOOLONG;
    return kind == FARM_FILE ? copy_up(walk->path, farm_path(walk->target), false)
                             : expand_deep(walk->path);
}

/* All that is in the real folder `folder`. */
static int make_children_real(const char *folder) {
    struct tree_walk *walk = kernel_pages(sizeof *walk);
    if (walk == NULL)
        return -ENOMEM;
    int error = -ENAMETOOLONG;
    if (view_upper_path(walk->path, PATH_MAX, folder))
        error = walk->entries.fd = kernel_open(walk->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (error >= 0) {
        error = 0;
        for (struct entry *entry; error == 0 && (entry = entries_next(&walk->entries)) != NULL;)
            error = make_real(walk, folder, entry->name);
        kernel_close(walk->entries.fd);
    }
    kernel_release(walk, sizeof *walk);
    return error;
}

int expand_deep(const char *folder) {
    if (view_of(folder) == NULL)
        return -EXDEV;
    int error = expand_step(folder);
    if (error < 0)
        return error;
    /* A folder that the user has made holds no farm links: it has no record. */
    if (record_state(folder) != RECORD_NONE) {
        error = make_children_real(folder);
        if (error == 0)
            record_forget(folder);
    } else {
        error = 0;
    }
    return error;
}
