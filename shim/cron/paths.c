#include "cron/paths.h"

#include <errno.h>

#include "core/descriptor.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/rarely_used.h"
#include "core/text.h"
#include "cron/ownership.h"
#include "cron/state.h"

enum { MAPPED_SIZE = 1024 };

/* chdir led to a folder of the moved spool. */
static bool working_in_spool;

static uint64_t hash(uint64_t value, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        value = (value ^ (unsigned char)bytes[i]) * 0x100000001b3U; /* FNV-1a */
    return value;
}

/*
 * What is another container, or the same started anew, has another process 1: its PID namespace and
 * the time at which it was started (proc(5), /proc/pid/stat, field 22).
 */
static uint64_t container_id(void) {
    char bytes[512];
    uint64_t id = 0xcbf29ce484222325U;
    ssize_t size = kernel_readlinkat(AT_FDCWD, "/proc/self/ns/pid", bytes, sizeof bytes);
    if (size > 0)
        id = hash(id, bytes, (size_t)size);
    int fd = kernel_open("/proc/1/stat", O_RDONLY, 0);
    size = fd < 0 ? 0 : kernel_read(fd, bytes, sizeof bytes);
    if (fd >= 0)
        kernel_close(fd);
    size_t start = 0;
    for (size_t i = 0; size > 0 && i < (size_t)size; i++)
        if (bytes[i] == ')') /* the name before it may hold spaces */
            start = i + 1;
    int field = 2;
    for (size_t i = start; size > 0 && i < (size_t)size && field <= 22; i++) {
        field += bytes[i] == ' ';
        if (field == 22)
            id = hash(id, bytes + i, 1);
    }
    return id;
}

static bool is_usable(const char *folder) {
    return kernel_access(folder, R_OK | W_OK | X_OK) == 0;
}

static const char crontabs[] = "/var/spool/cron/crontabs";

/* cronie's crontabs lie in the spool itself; where there is a folder in it, that decides. */
static bool is_usable_place(const struct cron_place *place) {
    if (place->kind == CRON_PID || place->kind == CRON_REBOOT)
        return is_usable("/run");
    if (place->kind == CRON_STAMPS)
        return is_usable(place->from);
    return is_usable(crontabs) || (place->kind == CRON_SPOOL && is_usable(place->from) &&
                                   kernel_access(crontabs, F_OK) == -ENOENT);
}

/*
 * What else bcron's installation makes there, and its programs do not (bcron's README): a folder
 * for temporary files, and a fifo that tells of a new crontab, without which that is seen at the
 * next minute. A volume that has no fifos may leave an empty file: it is always readable, and would
 * keep the scheduler from ever looking at its jobs.
 */
static void complete_for_bcron(const char *spool) {
    char path[MAPPED_SIZE];
    struct stat status;
    text_of_two(path, sizeof path, spool, "/tmp");
    kernel_mkdir(path, 0700);
    text_of_two(path, sizeof path, spool, "/trigger");
    kernel_mkfifo(path, 0600);
    if (kernel_lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        kernel_unlink(path);
}

/*
 * Debian's daemon looks into a folder again when its modification time, in whole seconds, has
 * changed: a new one is as old as can be, or a crontab that is installed in the second in which it
 * was made would not be seen. Not 0, which busybox's takes for what it has seen before.
 */
static void make_folder(const char *folder) {
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    if (kernel_mkdir(folder, 0700) == 0)
        kernel_utimens(AT_FDCWD, folder, times, AT_SYMLINK_NOFOLLOW);
}

/*
 * A folder of the spool is made where it is asked for: cronie, whose crontabs lie in the spool
 * itself, takes each name in it for a user's.
 */
static void make_spool_folder(struct text *spool, const char *rest) {
    char folder[MAPPED_SIZE];
    for (size_t i = 0; i < CRON_SPOOL_FOLDERS; i++) {
        const char *behind = text_after(rest, cron_spool_folders[i]);
        if (behind == NULL || (*behind != '\0' && *behind != '/'))
            continue;
        text_of_two(folder, sizeof folder, spool->buffer, cron_spool_folders[i]);
        make_folder(folder);
    }
}

static void map_spool(const char *rest, struct text *mapped) {
    make_folder(mapped->buffer);
    if ((cron_traits & CRON_IS_BCRON) != 0)
        complete_for_bcron(mapped->buffer);
    make_spool_folder(mapped, rest);
    text_append(mapped, rest);
}

static void map_reboot(const char *name, struct text *mapped) {
    text_append_hex(mapped, container_id(), 16);
    kernel_mkdir(mapped->buffer, 0700);
    text_append(mapped, "/");
    text_append(mapped, name);
}

/*
 * For what is told to another process of this container and then removed: in the state folder,
 * which may be on a volume, a file that is removed while it is open may not be read any more
 * (rclone).
 */
static bool map_message(const char *name, struct text *mapped) {
    char folder[FOLDER_SIZE];
    if (private_folder(folder) != 0)
        return false;
    text_append(mapped, folder);
    text_append(mapped, "/");
    text_append(mapped, name);
    return true;
}

/* What follows the place's own path, NULL where `path` is not there. */
static const char *in_place(const struct cron_place *place, const char *path) {
    if (place->kind == CRON_PID || place->kind == CRON_REBOOT) {
        const char *name = text_after(path, "/var");
        name = text_after(name != NULL ? name : path, "/run/");
        return name != NULL && text_equal(name, place->from) ? name : NULL;
    }
    const char *rest = text_after(path, place->from);
    bool whole = rest != NULL && (*rest == '\0' || *rest == '/');
    return place->kind == CRON_MESSAGE || whole ? rest : NULL;
}

static bool map(const struct cron_place *place, const char *path, const char *rest,
                struct text *mapped) {
    if (is_usable_place(place))
        return false;
    if (place->kind == CRON_MESSAGE)
        return map_message(text_base(path), mapped);
    const char *state = cron_state();
    if (state == NULL)
        return false;
    text_append(mapped, state);
    text_append(mapped, place->to);
    if (place->kind == CRON_SPOOL || place->kind == CRON_STAMPS)
        map_spool(rest, mapped);
    else if (place->kind == CRON_REBOOT)
        map_reboot(rest, mapped);
    else
        text_append(mapped, rest);
    bool own = cron_path_is_own(mapped->buffer);
    if (!own)
        log_error_once("not used: ", mapped->buffer, ": a link, or others can write or replace it");
    return own;
}

/* By which busybox's and dcron's crontab tell the daemon whose crontab is new (CRONUPDATE). */
static bool is_message(const char *path) {
    return working_in_spool && text_equal(path, "cron.update");
}

const char *cron_path_mapped(const char *path) {
    static RARELY_USED char rooms[2][MAPPED_SIZE];
    static unsigned turn;
    struct text mapped = text_in(rooms[turn++ % 2], MAPPED_SIZE);
    if (is_message(path))
        return map_message(path, &mapped) && !mapped.cut ? mapped.buffer : path;
    for (size_t i = 0; i < CRON_PLACES; i++) {
        const char *rest = in_place(&cron_places[i], path);
        if (rest != NULL)
            return map(&cron_places[i], path, rest, &mapped) && !mapped.cut ? mapped.buffer : path;
    }
    return path;
}

/* The crontabs are then named by their folder's name alone, so that this must be one's own, too. */
static __attribute__((noinline)) const char *enter_spool(const char *path, const char *mapped) {
    if (text_equal(path, "/var/spool/cron") && cron_path_mapped(crontabs) == crontabs)
        return path;
    working_in_spool = true;
    return mapped;
}

const char *cron_working_folder(const char *path) {
    const char *mapped = cron_path(path);
    return mapped == path ? path : enter_spool(path, mapped);
}

bool cron_in_state(int fd) {
    char link[DESCRIPTOR_PATH_SIZE];
    char path[MAPPED_SIZE];
    const char *state = cron_state_used();
    descriptor_path(fd, link);
    ssize_t length = kernel_readlinkat(AT_FDCWD, link, path, sizeof path - 1);
    if (length <= 0 || state == NULL)
        return false;
    path[length] = '\0';
    const char *rest = text_after(path, state);
    return rest != NULL && *rest == '/';
}

bool cron_spares_file(const char *path) {
    int fd = kernel_open(path, O_PATH | O_NOFOLLOW, 0);
    bool spared = fd >= 0 && cron_in_state(fd);
    if (fd >= 0)
        kernel_close(fd);
    return spared;
}

void cron_note_unreadable(const char *path) {
    if (cron_program == CRON_CRONTAB && text_after(path, "/etc/cron.") != NULL &&
        kernel_access(path, F_OK) == 0)
        log_error_once(path,
                       " cannot be read by this user, so crontab refuses; make it readable "
                       "(chmod 644) or remove it");
}

static const char *find_moved(const char *argument) {
    for (; *argument != '\0'; argument++)
        if (text_after(argument, cron_places[0].from) != NULL)
            return cron_path_mapped(argument) != argument ? argument : NULL;
    return NULL;
}

const char *cron_find_argument(char *const argv[]) {
    for (size_t i = 1; argv[0] != NULL && argv[i] != NULL; i++)
        if (find_moved(argv[i]) != NULL)
            return argv[i];
    return NULL;
}

void cron_move_argument(const char *argument, struct text *moved) {
    const char *path = find_moved(argument);
    size_t before = path != NULL ? (size_t)(path - argument) : 0;
    text_append_bytes(moved, argument, before);
    text_append(moved, path != NULL ? cron_path_mapped(path) : argument);
}
