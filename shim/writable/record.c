#include "writable/record.h"

#include <dirent.h>

#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/text.h"
#include "writable/expansion.h"
#include "writable/identity.h"
#include "writable/view.h"

/* By a hash of the folder's name; the record itself begins with the name. */
enum { RECORD_PATH = UPPER_LONGEST + sizeof "/names/" + 16 };

/* Whether the user has links under names that the lower folder has is said by the record's mode;
 * upper_create makes it plain. */
enum { MODE_PLAIN = 0600, MODE_LINKS = 0700 };

static void record_path(char path[RECORD_PATH], const char *folder) {
    struct text text = text_in(path, RECORD_PATH);
    text_append(&text, views.upper);
    text_append(&text, "/names/");
    text_append_hex(&text, upper_hash(folder), 16);
}

void record_begin(struct record *record, const char *folder) {
    upper_work_path(record->work);
    record->writer.filled = 0;
    record->writer.fd = upper_create(record->work);
    record->writer.error = record->writer.fd < 0 ? record->writer.fd : 0;
    record_add(record, folder);
}

void record_add(struct record *record, const char *name) {
    if (record->writer.error == 0)
        writer_append(&record->writer, name, text_length(name) + 1);
}

int record_keep(struct record *record, const char *folder, bool wanted) {
    char path[RECORD_PATH];
    writer_flush(&record->writer);
    int error = record->writer.error;
    if (record->writer.fd >= 0)
        kernel_close(record->writer.fd);
    record_path(path, folder);
    if (error == 0 && wanted)
        error = (int)system_call(SYS_renameat2, AT_FDCWD, (long)record->work, AT_FDCWD, (long)path,
                                 0, 0);
    if (error != 0 || !wanted)
        kernel_unlink(record->work);
    return error;
}

void record_forget(const char *folder) {
    char path[RECORD_PATH];
    record_path(path, folder);
    kernel_unlink(path);
    identity_forget();
}

void record_forget_empty(const char *folder) {
    char *path = record_state(folder) != RECORD_NONE ? kernel_pages(PATH_MAX) : NULL;
    if (path == NULL)
        return;
    if (view_upper_path(path, PATH_MAX, folder) && folder_is_empty(path) == 1)
        record_forget(folder);
    kernel_release(path, PATH_MAX);
}

enum record_state record_state(const char *folder) {
    char path[RECORD_PATH];
    struct stat status;
    record_path(path, folder);
    if (kernel_lstat(path, &status) != 0)
        return RECORD_NONE;
    return (status.st_mode & 0777) == MODE_PLAIN ? RECORD_PLAIN : RECORD_LINKS;
}

static bool lower_has(const char *folder, const char *name) {
    struct stat status;
    int fd = kernel_open(folder, O_PATH | O_DIRECTORY, 0);
    int error = fd < 0 ? fd : kernel_fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW);
    if (fd >= 0)
        kernel_close(fd);
    return error != -ENOENT;
}

void record_link(const char *folder, const char *name) {
    char path[RECORD_PATH];
    if (record_state(folder) != RECORD_PLAIN || !lower_has(folder, name))
        return;
    record_path(path, folder);
    kernel_chmod(path, MODE_LINKS);
}

char *record_names(const char *folder, size_t *size) {
    char path[RECORD_PATH];
    record_path(path, folder);
    char *bytes = upper_read(path, size);
    if (bytes != NULL && bytes[*size - 1] != '\0') {
        kernel_release(bytes, *size);
        bytes = NULL;
    }
    return bytes;
}

/* --- after an update ------------------------------------------------------------------------- */

static bool holds(const char *bytes, size_t size, const char *name) {
    for (const char *entry = bytes; entry < bytes + size; entry += text_length(entry) + 1)
        if (text_equal(entry, name))
            return true;
    return false;
}

struct refresh {
    int error; /* of this process: all is to be looked at again */
    char path[PATH_MAX];
    char target[PATH_MAX];
    struct record record;
    struct entries entries;
};

static enum farm kind_of(unsigned type) {
    return type == DT_DIR ? FARM_FOLDER : type == DT_REG ? FARM_FILE : FARM_OTHER;
}

/* The lower entry's farm link, or its link, where the upper folder has nothing of that name. */
static void add_new(struct refresh *refresh, int lower, int upper, struct entry *entry,
                    const char *folder) {
    struct text text = text_in(refresh->path, PATH_MAX);
    text_append(&text, folder);
    text_append(&text, "/");
    text_append(&text, entry->name);
    if (entry->type == DT_LNK)
        upper_copy_link(lower, entry->name, upper, entry->name);
    else if (farm_target(refresh->target, PATH_MAX, kind_of(entry->type), refresh->path))
        kernel_symlinkat(refresh->target, upper, entry->name);
}

/* A farm link whose lower entry is gone, or has become something else. */
static void drop_stale(struct refresh *refresh, int upper, const char *name) {
    struct stat status;
    ssize_t length = kernel_readlinkat(upper, name, refresh->target, PATH_MAX - 1);
    if (length <= 0)
        return;
    enum farm kind = farm_kind(refresh->target, (size_t)length);
    refresh->target[length] = '\0';
    if (kind == FARM_NONE)
        return;
    int error = kernel_lstat(farm_path(refresh->target), &status);
    if (error == -ENOENT || error == -ENOTDIR ||
        (error == 0 && kind_of((status.st_mode & S_IFMT) >> 12) != kind))
        kernel_unlinkat(upper, name);
}

/* For names to come and go in a folder that is not to be written: one above a view, or one that is
 * so in the image. What its mode was, or 0 where it stays. */
static mode_t open_to_writing(int folder) {
    struct stat status;
    const mode_t needed = S_IWUSR | S_IXUSR;
    if (kernel_fstatat(folder, "", &status, AT_EMPTY_PATH) != 0 ||
        (status.st_mode & needed) == needed || kernel_fchmod(folder, status.st_mode | needed) != 0)
        return 0;
    return status.st_mode & 07777;
}

static void refresh_folder(struct refresh *refresh, const char *bytes, size_t size) {
    const char *folder = bytes;
    int lower = kernel_open(folder, O_RDONLY | O_DIRECTORY, 0);
    int upper = -ENOENT;
    if (view_upper_path(refresh->path, PATH_MAX, folder))
        upper = kernel_open(refresh->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (errno_of_process(lower) || errno_of_process(upper))
        refresh->error = lower < 0 ? lower : upper;
    mode_t mode = upper >= 0 ? open_to_writing(upper) : 0;
    for (const char *name = bytes; upper >= 0 && name < bytes + size; name += text_length(name) + 1)
        if (name != bytes)
            drop_stale(refresh, upper, name);
    if (lower >= 0 && upper >= 0) {
        bool links = record_state(folder) == RECORD_LINKS;
        record_begin(&refresh->record, folder);
        refresh->entries = (struct entries){.fd = lower};
        for (struct entry *entry; (entry = entries_next(&refresh->entries)) != NULL;) {
            record_add(&refresh->record, entry->name);
            if (!holds(bytes + text_length(bytes) + 1, size - text_length(bytes) - 1, entry->name))
                add_new(refresh, lower, upper, entry, folder);
            else if (entry->type == DT_LNK || entry->type == DT_UNKNOWN)
                links = true; /* it may say something else than its copy now */
        }
        if (links && refresh->record.writer.fd >= 0)
            kernel_fchmod(refresh->record.writer.fd, MODE_LINKS);
        record_keep(&refresh->record, folder, refresh->entries.error == 0);
    }
    if (mode != 0)
        kernel_fchmod(upper, mode);
    if (lower >= 0)
        kernel_close(lower);
    if (upper >= 0)
        kernel_close(upper);
}

static void refresh_record(struct refresh *refresh, const char *name) {
    char path[PATH_MAX];
    size_t size = 0;
    upper_path(path, "names/");
    struct text text = {.buffer = path, .capacity = PATH_MAX, .length = text_length(path)};
    text_append(&text, name);
    char *bytes = upper_read(path, &size);
    if (bytes == NULL)
        return;
    /* Of a volume nothing is added to what it is mounted over. */
    if (bytes[size - 1] == '\0' && (!view_names_root(bytes) || !is_other_mount(bytes)))
        refresh_folder(refresh, bytes, size);
    kernel_release(bytes, size);
}

int record_refresh_all(void) {
    char path[PATH_MAX];
    struct refresh *refresh = kernel_pages(sizeof *refresh);
    struct entries *entries = kernel_pages(sizeof *entries);
    upper_path(path, "names");
    if (entries != NULL && refresh != NULL) {
        entries->fd = kernel_open(path, O_RDONLY | O_DIRECTORY, 0);
        for (struct entry *entry; entries->fd >= 0 && (entry = entries_next(entries)) != NULL;)
            refresh_record(refresh, entry->name);
        if (entries->fd >= 0)
            kernel_close(entries->fd);
    }
    int error = entries == NULL || refresh == NULL ? -ENOMEM
                : errno_of_process(entries->fd)    ? entries->fd
                                                   : refresh->error;
    if (refresh != NULL)
        kernel_release(refresh, sizeof *refresh);
    if (entries != NULL)
        kernel_release(entries, sizeof *entries);
    return error;
}
