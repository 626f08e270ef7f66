#include "writable/expansion.h"

#include <dirent.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/text.h"
#include "writable/links.h"
#include "writable/record.h"
#include "writable/view.h"

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
    if (type == DT_LNK) {
        ssize_t length = kernel_readlinkat(AT_FDCWD, farm->lower, farm->lower, PATH_MAX - 1);
        if (length <= 0)
            return (int)length;
        farm->lower[length] = '\0';
        bool stored = link_store(farm->target, PATH_MAX, farm->lower);
        return kernel_symlinkat(stored ? farm->target : farm->lower, AT_FDCWD, farm->link);
    }
    if (type == DT_DIR && links_expand(farm->links, farm->folder, farm->lower)) {
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
        error = kernel_mkdir(farm->work, 0700);
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

int expand_root(const char *folder, bool closed) {
    struct stat status;
    static char path[PATH_MAX];
    if (!view_upper_path(path, PATH_MAX, folder[1] == '\0' ? "" : folder))
        return -ENAMETOOLONG;
    if (kernel_lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return 0;
    return place_farm(folder, path, closed ? 0555 : 0);
}

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

/* Where the kernel lets the user write, and on another mount, the lower folder is the one that
 * counts. */
static bool stays_native(const char *folder, const char *view) {
    return mount_of(folder) != mount_of(view) || kernel_access_effective(folder, W_OK) == 0;
}

static const char *view_of(const char *folder) {
    for (unsigned i = 0; i < views.count; i++)
        if (views.list[i].root && view_holds(views.list[i].path, folder))
            return views.list[i].path;
    return NULL;
}

/* The last few, by their hashes. */
enum { REMEMBERED = 64 };
static uint64_t remembered[REMEMBERED];
static unsigned remembered_next;

static void remember(const char *folder) {
    unsigned next = __atomic_fetch_add(&remembered_next, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&remembered[next % REMEMBERED], upper_hash(folder), __ATOMIC_RELAXED);
}

bool expanded_here(const char *folder) {
    uint64_t hash = upper_hash(folder);
    for (unsigned i = 0; i < REMEMBERED; i++)
        if (__atomic_load_n(&remembered[i], __ATOMIC_RELAXED) == hash)
            return true;
    return false;
}

/* Expands `folder` where it is a farm link: 1, or 0 where it is real. */
static int expand_step(const char *folder, const char *view) {
    static char path[PATH_MAX]; /* upper_lock */
    char target[8];
    if (!view_upper_path(path, PATH_MAX, folder))
        return -ENAMETOOLONG;
    ssize_t length = kernel_readlinkat(AT_FDCWD, path, target, sizeof target);
    if (length < 0)
        return length == -EINVAL ? 0 : (int)length;
    if (farm_kind(target, (size_t)length) != FARM_FOLDER)
        return -ENOTDIR;
    if (stays_native(folder, view))
        return -EXDEV;
    int error = place_farm(folder, path, 0);
    if (error == 0)
        remember(folder);
    return error == 0 ? 1 : error;
}

int expand_to(const char *folder) {
    static char part[PATH_MAX]; /* upper_lock */
    const char *view = view_of(folder);
    int expanded = 0;
    if (view == NULL)
        return -EXDEV;
    for (size_t length = text_length(view); folder[length] != '\0';) {
        do
            length++;
        while (folder[length] != '/' && folder[length] != '\0');
        struct text text = text_in(part, sizeof part);
        text_append_bytes(&text, folder, length);
        int error = text.cut ? -ENAMETOOLONG : expand_step(part, view);
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
    const char *view = view_of(folder);
    if (view == NULL)
        return -EXDEV;
    int error = expand_step(folder, view);
    if (error < 0)
        return error;
    /* A folder that the user has made holds no farm links: it has no record. */
    if (record_exists(folder)) {
        error = make_children_real(folder);
        if (error == 0)
            record_forget(folder);
    } else {
        error = 0;
    }
    return error;
}

/* --- a file ---------------------------------------------------------------------------------- */

static int copy_bytes(int from, int to) {
    enum { ROOM = 64 * 1024 };
    ssize_t size;
    while ((size = system_call(SYS_copy_file_range, from, 0, to, 0, 1 << 30, 0)) > 0)
        ;
    if (size == 0 && kernel_seek(from, 0, SEEK_SET) == 0 && kernel_seek(to, 0, SEEK_CUR) > 0)
        return 0;
    /*
     * Not between these filesystems, or an empty answer for one whose sizes are made up. Where it
     * is too large (RLIMIT_FSIZE), the signal of both is taken back by the second.
     */
    char *room = kernel_pages(ROOM);
    if (room == NULL)
        return -ENOMEM;
    int64_t done = kernel_seek(to, 0, SEEK_CUR);
    while ((size = kernel_pread(from, room, ROOM, done)) > 0) {
        for (ssize_t written = 0; written < size;) {
            ssize_t part = write_quietly(to, room + written, (size_t)(size - written));
            if (part <= 0) {
                kernel_release(room, ROOM);
                return part < 0 ? (int)part : -EIO;
            }
            written += part;
        }
        done += size;
    }
    kernel_release(room, ROOM);
    return (int)size;
}

/* Whose folder it is may have put a FIFO or a device there since. */
static int open_file(const char *lower, struct stat *status) {
    char path[DESCRIPTOR_PATH_SIZE];
    int looked_at = kernel_open(lower, O_PATH | O_NOFOLLOW, 0);
    if (looked_at < 0)
        return looked_at;
    descriptor_path(looked_at, path);
    int error = kernel_fstatat(looked_at, "", status, AT_EMPTY_PATH);
    if (error == 0)
        error = S_ISREG(status->st_mode) ? kernel_open(path, O_RDONLY | O_NONBLOCK, 0) : -ESTALE;
    kernel_close(looked_at);
    return error;
}

static int copy_file(const char *lower, const char *work) {
    struct stat status;
    int from = open_file(lower, &status);
    if (from < 0)
        return from;
    int error = 0;
    int to = kernel_open(work, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (to >= 0) {
        const struct timespec times[2] = {status.st_atim, status.st_mtim};
        error = copy_bytes(from, to);
        if (error == 0)
            error = kernel_fchmod(to, status.st_mode & 01777);
        if (error == 0)
            error = kernel_utimens(to, NULL, times, 0);
        kernel_close(to);
    }
    kernel_close(from);
    return to < 0 ? to : error;
}

/* A log that is somebody else's to read: the user's own begins. */
static int make_empty(const char *lower, const char *work) {
    struct stat status;
    int error = kernel_lstat(lower, &status);
    int fd = error == 0 ? kernel_open(work, O_WRONLY | O_CREAT | O_EXCL, 0600) : error;
    if (fd < 0)
        return fd;
    error = kernel_fchmod(fd, (status.st_mode & 0777) | 0600);
    kernel_close(fd);
    return error;
}

int copy_up(const char *path, const char *lower, bool output) {
    static char work[PATH_MAX]; /* upper_lock */
    static char upper[PATH_MAX];
    if (!view_upper_path(upper, PATH_MAX, path))
        return -ENAMETOOLONG;
    upper_work_path(work);
    int error = copy_file(lower, work);
    if (error == -EACCES && output)
        error = make_empty(lower, work);
    if (error == 0)
        error = upper_replace_farm(work, upper);
    if (error != 0)
        kernel_unlink(work);
    return error;
}
