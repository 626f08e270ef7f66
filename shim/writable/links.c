#include "writable/links.h"

#include <dirent.h>
#include <linux/limits.h>

#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/text.h"
#include "writable/expansion.h"
#include "writable/upper.h"
#include "writable/view.h"

/* One part of a path less, or more. */
static size_t parent_length(const char *path, size_t length) {
    while (length > 0 && path[length - 1] != '/')
        length--;
    return length > 0 ? length - 1 : 0;
}

static size_t common_length(const char *folder, const char *target) {
    size_t common = 0;
    size_t i = 0;
    for (; folder[i] != '\0' && folder[i] == target[i]; i++)
        if (folder[i] == '/')
            common = i;
    if (folder[i] == '\0' && (target[i] == '/' || target[i] == '\0'))
        common = i;
    return common;
}

/* Where the path of its view ends: nothing above that is ever expanded. */
static size_t view_length(const char *folder) {
    for (unsigned i = 0; i < views.count; i++)
        if (views.list[i].root && view_holds(views.list[i].path, folder))
            return text_length(views.list[i].path);
    return 0;
}

/* Of a link that goes above its view: whether it comes back into one. */
static bool leads_into_view(const char *folder, size_t length, const char *target) {
    char path[PATH_MAX];
    bool interior;
    while (target[0] == '.' && target[1] == '.' && (target[2] == '/' || target[2] == '\0')) {
        length = parent_length(folder, length);
        target += target[2] == '/' ? 3 : 2;
    }
    struct text text = text_in(path, sizeof path);
    text_append_bytes(&text, folder, length);
    text_append(&text, "/");
    text_append(&text, target);
    return path_goes_up(path, &interior) || view_names(path);
}

size_t link_reach(const char *folder, const char *target) {
    size_t whole = text_length(folder);
    size_t root = view_length(folder);
    size_t length = whole;
    size_t lowest = whole;
    const char *start = target;
    bool interior;
    if (target[0] == '/') {
        if (!view_names(target))
            return whole;
        length = path_goes_up(target, &interior) ? root : common_length(folder, target);
        return length < root ? root : length;
    }
    while (target[0] != '\0') { /* leading "..", and those behind folders alike */
        size_t size = 0;
        while (target[size] != '/' && target[size] != '\0')
            size++;
        if (size == 2 && target[0] == '.' && target[1] == '.')
            length = parent_length(folder, length);
        if (length < lowest)
            lowest = length;
        target += size + (target[size] == '/');
    }
    if (lowest >= root)
        return lowest;
    return leads_into_view(folder, whole, start) ? root : whole;
}

/* --- the scan -------------------------------------------------------------------------------- */

struct scan {
    struct writer writer;
    dev_t device;
    char target[PATH_MAX];
};

static int scan_folder(struct scan *scan, int parent, const char *name, struct text *path);

static void scan_entry(struct scan *scan, int fd, struct entry *entry, struct text *path,
                       size_t *reach) {
    struct stat status;
    unsigned type = entry->type;
    if (type == DT_UNKNOWN && kernel_fstatat(fd, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        type = (status.st_mode & S_IFMT) >> 12;
    if (type == DT_LNK) {
        ssize_t length = kernel_readlinkat(fd, entry->name, scan->target, PATH_MAX - 1);
        if (length <= 0)
            return;
        scan->target[length] = '\0';
        size_t here = link_reach(path->buffer, scan->target);
        if (here < *reach)
            *reach = here;
    } else if (type == DT_DIR) {
        size_t length = path->length;
        text_append(path, "/");
        text_append(path, entry->name);
        if (!path->cut)
            scan_folder(scan, fd, entry->name, path);
        path->length = length;
        path->buffer[length] = '\0';
        path->cut = false;
    }
}

static int scan_folder(struct scan *scan, int parent, const char *name, struct text *path) {
    struct stat status;
    int fd = kernel_openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    struct entries *entries = fd >= 0 ? kernel_pages(sizeof *entries) : NULL;
    size_t reach = path->length;
    /* What is never expanded keeps its links as they are; of what a neighbour makes there nothing
     * is looked at. */
    bool here =
        entries != NULL && kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 &&
        (scan->device == 0 || (status.st_dev == scan->device && !stays_native(path->buffer)));
    if (here) {
        scan->device = status.st_dev;
        entries->fd = fd;
        for (struct entry *entry; (entry = entries_next(entries)) != NULL;)
            scan_entry(scan, fd, entry, path, &reach);
    }
    if (errno_of_process(fd) || (fd >= 0 && entries == NULL))
        scan->writer.error = fd < 0 ? fd : -ENOMEM; /* the list is everybody's, for long */
    if (reach < path->length) {
        writer_append(&scan->writer, path->buffer, path->length + 1);
        writer_append(&scan->writer, path->buffer, reach);
        writer_append(&scan->writer, "", 1);
    }
    if (entries != NULL)
        kernel_release(entries, sizeof *entries);
    if (fd >= 0)
        kernel_close(fd);
    return 0;
}

int links_scan(void) {
    char work[PATH_MAX];
    char path[PATH_MAX];
    struct scan *scan = kernel_pages(sizeof *scan);
    if (scan == NULL)
        return -ENOMEM;
    upper_work_path(work);
    scan->writer.fd = upper_create(work);
    scan->writer.error = scan->writer.fd < 0 ? scan->writer.fd : 0;
    for (unsigned i = 0; i < views.count && scan->writer.error == 0; i++) {
        struct text text = text_in(path, sizeof path);
        text_append(&text, views.list[i].path);
        scan->device = 0;
        if (views.list[i].root)
            scan_folder(scan, AT_FDCWD, text.buffer, &text);
    }
    int error = scan->writer.error;
    if (scan->writer.fd >= 0) {
        writer_flush(&scan->writer);
        error = scan->writer.error;
        kernel_close(scan->writer.fd);
    }
    upper_path(path, "links");
    if (error == 0)
        error = (int)system_call(SYS_renameat2, AT_FDCWD, (long)work, AT_FDCWD, (long)path, 0, 0);
    kernel_release(scan, sizeof *scan);
    return error;
}

/* --- the list -------------------------------------------------------------------------------- */

void links_load(struct links *links) {
    static char path[PATH_MAX]; /* upper_lock */
    upper_path(path, "links");
    links->bytes = upper_read(path, &links->size);
}

void links_release(struct links *links) {
    if (links->bytes != NULL)
        kernel_release(links->bytes, links->size);
}

bool links_expand(const struct links *links, const char *folder, const char *child) {
    const char *end = links->bytes + links->size;
    for (const char *entry = links->bytes; entry != NULL && entry < end;) {
        const char *reach = entry + text_length(entry) + 1;
        if (view_holds(child, entry) && view_holds(reach, folder))
            return true;
        entry = reach + text_length(reach) + 1;
    }
    return false;
}
