#include "writable/mounts.h"

#include "core/kernel.h"
#include "core/log.h"
#include "core/text.h"
#include "writable/view.h"

static const char *next_field(const char *line) {
    while (*line != ' ' && *line != '\0')
        line++;
    return *line == ' ' ? line + 1 : line;
}

static bool lies_in_view(const char *path, size_t length) {
    char name[VIEW_LONGEST + 2];
    for (size_t i = 0; i < length; i++)
        if (path[i] == '\\')
            return true;
    /* Of a longer one the beginning tells. */
    struct text text = text_in(name, sizeof name);
    text_append_bytes(&text, path, length < sizeof name ? length : sizeof name - 1);
    for (unsigned i = 0; i < views.count; i++)
        if (views.list[i].root && !text_equal(views.list[i].path, name) &&
            view_holds(views.list[i].path, name))
            return true;
    return false;
}

bool mounts_line(const char *line, uint64_t device, bool *inside) {
    uint64_t major = 0;
    uint64_t minor = 0;
    const char *cursor = next_field(next_field(line));
    bool read = text_read_number(&cursor, UINT32_MAX, &major) && *cursor++ == ':' &&
                text_read_number(&cursor, UINT32_MAX, &minor);
    if (!read || device_make((unsigned)major, (unsigned)minor) != device)
        return false;
    const char *path = next_field(next_field(cursor));
    size_t length = 0;
    while (path[length] != ' ' && path[length] != '\0')
        length++;
    *inside = lies_in_view(path, length);
    return true;
}

enum { ROOM = 8192 };

/* Calls `look` with each line, until it says false. In pages: a thread's stack may be small. */
static void each_line(bool look(const char *line, void *context), void *context) {
    int fd = kernel_open("/proc/self/mountinfo", O_RDONLY, 0);
    char *room = fd >= 0 ? kernel_pages(ROOM) : NULL;
    size_t filled = 0;
    bool more = room != NULL;
    for (ssize_t part; more && (part = kernel_read(fd, room + filled, ROOM - filled)) > 0;) {
        size_t start = 0;
        filled += (size_t)part;
        for (size_t i = 0; more && i < filled; i++) {
            if (room[i] != '\n')
                continue;
            room[i] = '\0';
            more = look(room + start, context);
            start = i + 1;
        }
        filled -= start;
        for (size_t i = 0; i < filled; i++)
            room[i] = room[start + i];
        if (filled == ROOM)
            more = look(NULL, context);
    }
    if (room != NULL)
        kernel_release(room, ROOM);
    if (fd >= 0)
        kernel_close(fd);
}

struct alone {
    uint64_t device;
    bool found;
    bool inside;
};

static bool look_for_device(const char *line, void *context) {
    struct alone *alone = context;
    if (line == NULL) /* too long to be read */
        alone->inside = true;
    else
        alone->found |= mounts_line(line, alone->device, &alone->inside);
    return !alone->inside;
}

/* Whether the device is mounted, and nowhere inside a view. btrfs has other numbers for its files
 * than for its mount, and is none that is found. */
static bool is_alone(uint64_t device) {
    struct alone alone = {.device = device};
    each_line(look_for_device, &alone);
    return alone.found && !alone.inside;
}

/* --- those that come later ------------------------------------------------------------------- */

/* Whether a real entry of the upper folder has its name: through a farm link it would be the mount
 * itself. */
static bool is_covered(const char *path, char upper[PATH_MAX]) {
    struct stat status;
    struct stat mounted;
    return view_upper_path(upper, PATH_MAX, path) && kernel_lstat(upper, &status) == 0 &&
           !S_ISLNK(status.st_mode) && kernel_lstat(path, &mounted) == 0 &&
           (mounted.st_dev != status.st_dev || mounted.st_ino != status.st_ino);
}

static bool say_covered(const char *line, void *context) {
    char path[PATH_MAX];
    struct text text = text_in(path, sizeof path);
    if (line == NULL)
        return false;
    const char *name = next_field(next_field(next_field(next_field(line))));
    size_t length = 0;
    while (name[length] != ' ' && name[length] != '\0')
        length++;
    text_append_bytes(&text, name, length);
    if (!text.cut && lies_in_view(name, length) && is_covered(path, context))
        log_line(LOG_LEVEL_ERROR, "QLSHIM_WRITABLE: ", path,
                 " is mounted, and covered by what was written there before: move ",
                 (const char *)context, " away, and make it a link to /.", path);
    return true;
}

void mounts_say_covered(void) {
    char upper[PATH_MAX];
    each_line(say_covered, upper);
}

/* --- of a file ------------------------------------------------------------------------------- */

/* Of each view; a second thread finds the same. */
static struct {
    uint64_t mount; /* its number, 0 before Linux 5.8 */
    uint64_t device;
    bool alone;
    uid_t owner;
} mounts[VIEWS_MOST];
static bool looked;

static void look(void) {
    struct statx status;
    for (unsigned i = 0; i < views.count; i++) {
        if (!views.list[i].root || kernel_statx(AT_FDCWD, views.list[i].path, AT_NO_AUTOMOUNT,
                                                STATX_MNT_ID | STATX_UID, &status) != 0)
            continue;
        mounts[i].owner = status.stx_uid;
        mounts[i].mount = (status.stx_mask & STATX_MNT_ID) != 0 ? status.stx_mnt_id : 0;
        mounts[i].device = device_make(status.stx_dev_major, status.stx_dev_minor);
        mounts[i].alone = is_alone(mounts[i].device);
    }
    __atomic_store_n(&looked, true, __ATOMIC_RELEASE);
}

void mounts_forget(void) {
    __atomic_store_n(&looked, false, __ATOMIC_RELEASE);
}

static void look_once(void) {
    if (!__atomic_load_n(&looked, __ATOMIC_ACQUIRE))
        look();
}

bool mounts_own(uid_t owner, uint64_t device, int directory, const char *path, int flags) {
    bool trusted = owner == 0;
    look_once();
    for (unsigned i = 0; i < views.count; i++)
        trusted |= views.list[i].root && mounts[i].owner == owner;
    return trusted && mounts_lower(device, directory, path, flags);
}

bool mounts_lower(uint64_t device, int directory, const char *path, int flags) {
    struct statx status;
    look_once();
    for (unsigned i = 0; i < views.count; i++)
        if (mounts[i].alone && mounts[i].device == device)
            return true;
    flags = (flags & (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) | AT_NO_AUTOMOUNT;
    if (kernel_statx(directory, path, flags, STATX_MNT_ID, &status) != 0)
        return false;
    for (unsigned i = 0; i < views.count; i++)
        if (views.list[i].root &&
            ((status.stx_mask & STATX_MNT_ID) == 0 || status.stx_mnt_id == mounts[i].mount))
            return true;
    return false;
}
