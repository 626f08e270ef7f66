#include "sockets/redirect.h"

#include <errno.h>
#include <string.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/filesystem.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/random.h"
#include "core/settings.h"
#include "core/text.h"
#include "sockets/closed.h"
#include "sockets/collect.h"
#include "sockets/marker.h"
#include "sockets/missing.h"
#include "sockets/names.h"

/* The path up to its last slash; "." where it has none. `length` is the path's. */
static void set_folder(struct redirect_plan *plan, size_t length) {
    while (length > 0 && plan->path[length - 1] != '/')
        length--;
    const char *folder = length == 0 ? "." : plan->path;
    length = length > 1 ? length - 1 : 1;
    memcpy(plan->folder, folder, length);
    plan->folder[length] = '\0';
}

/*
 * By the volume's verdict, or by setting. The folder is opened once, and stays so: a neighbour may
 * exchange what its path leads through, and what is tried, made, looked at and removed must lie in
 * one.
 */
static bool is_redirected(struct redirect_plan *plan) {
    plan->opened = kernel_open(plan->folder, O_PATH | O_DIRECTORY, 0);
    if (plan->always)
        return plan->opened >= 0;
    plan->verdict = verdict_of(plan->opened, plan->folder);
    if (plan->verdict.kind == VERDICT_REFUSES)
        return true;
    kernel_close(plan->opened); /* EBADF of an errno */
    return false;
}

bool redirect_planned(const struct sockaddr *address, socklen_t length,
                      struct redirect_plan *plan) {
    struct private_address parts;
    struct statfs volume;
    size_t size = address_path(address, length, plan->path);
    plan->trusted = false;
    if (size == 0 || plan->path[size - 1] == '/' || address_is_private(plan->path, &parts))
        return false; /* with a slash behind it nothing is made, wherever that is */
    set_folder(plan, size);
    if (kernel_statfs(plan->folder, &volume) != 0)
        return false;
    const struct filesystem *filesystem = filesystem_of_type((uint32_t)volume.f_type);
    plan->filesystem = filesystem->name;
    plan->trusted = filesystem->trusted;
    plan->always = settings.sockets == SOCKETS_ALWAYS;
    plan->verdict = (struct verdict){.symlinks = true};
    return (plan->always || !plan->trusted) && is_redirected(plan);
}

/*
 * 0 for an AF_UNIX socket without a name, -EINVAL for one that is bound already, as the kernel
 * says; REDIRECT_UNAVAILABLE for anything else: what that is, the native bind tells best.
 */
static int check_descriptor(int fd) {
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    if (kernel_getsockname(fd, (struct sockaddr *)&name, &length) != 0 ||
        name.sun_family != AF_UNIX)
        return REDIRECT_UNAVAILABLE;
    return length == sizeof name.sun_family ? 0 : -EINVAL;
}

/*
 * Errors of bind(2) that the kernel finds before it asks the volume for a socket, or on any volume.
 * (EACCES, where the folder can be written, is a rule's word for this program: landlock(7).)
 */
static bool is_honest(int error) {
    switch (error) {
    case EACCES:
    case EADDRINUSE:
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EROFS:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
        return true;
    default:
        return false;
    }
}

bool redirect_after_failure(int fd, int error, struct redirect_plan *plan) {
    if (!plan->trusted || is_honest(error))
        return false;
    /* One that is bound already is refused as such, but for what the volume says before (9p:
     * ENXIO). */
    int unbound = check_descriptor(fd);
    if (unbound == REDIRECT_UNAVAILABLE || unbound == -error)
        return false;
    return is_redirected(plan);
}

static int choose_address(struct redirect_plan *plan, char folder[FOLDER_SIZE],
                          char address[SOCKET_PATH_SIZE]) {
    uint64_t number;
    plan->name = text_base(plan->path);
    int error = private_folder(folder);
    if (error == 0)
        error = closed_folder(plan->opened, folder);
    if (error != 0)
        return error;
    if (!random_number(&number))
        return -EIO;
    struct text text = text_of_two(address, SOCKET_PATH_SIZE, folder, "/");
    text_append_hex(&text, number, PRIVATE_NAME_DIGITS);
    return 0;
}

static int place_marker(const struct redirect_plan *plan, const char *address) {
    int error = marker_create(plan->opened, plan->name, address, plan->verdict.symlinks);
    /* Links were not tried under QLSHIM_SOCKETS=always, and may fail here for reasons of the
     * folder. */
    if (plan->always && error != 0 && error != -EEXIST)
        error = marker_create(plan->opened, plan->name, address, false);
    return error;
}

/*
 * Whether the marker there is a link whose socket is gone and that the program was not shown.
 */
static bool invisible_marker(const struct redirect_plan *plan) {
    struct marker marker;
    return marker_find(plan->opened, plan->name, false, &marker) == 0 &&
           S_ISLNK(marker.status.st_mode) && marker.error == -ENOENT &&
           !names_in_the_making(marker.address);
}

/*
 * Whether an empty file lies at the path of a volume that refuses sockets, which is what a bind
 * leaves on FAT and rclone where nobody removes it. Whose it is, and how old, is to be seen.
 */
static bool may_be_leftover(const struct redirect_plan *plan, struct stat *status) {
    return !plan->trusted && plan->verdict.kind == VERDICT_REFUSES &&
           kernel_fstatat(plan->opened, plan->name, status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status->st_mode) && status->st_size == 0;
}

/*
 * Younger, it may be a marker that is being written, or a file that somebody is about to fill; by
 * both times, since one can be set (utimensat(2)), and the other is fusefat's for the making alone.
 */
enum { LEFTOVER_SECONDS = 5 };

/*
 * In place of what a failed bind left. The marker is made beside it: its owner and time tell how
 * the volume shows what this user makes now.
 */
static int replace_leftover(const struct redirect_plan *plan, const char *address) {
    char beside[sizeof ".qlshim-" + PRIVATE_NAME_DIGITS];
    struct stat made;
    struct stat left;
    text_of_two(beside, sizeof beside, ".qlshim-", text_base(address));
    if (marker_create(plan->opened, beside, address, plan->verdict.symlinks) != 0)
        return -EEXIST;
    if (kernel_fstatat(plan->opened, beside, &made, AT_SYMLINK_NOFOLLOW) == 0 &&
        may_be_leftover(plan, &left) && left.st_uid == made.st_uid &&
        made.st_mtim.tv_sec - left.st_mtim.tv_sec >= LEFTOVER_SECONDS &&
        made.st_ctim.tv_sec - left.st_ctim.tv_sec >= LEFTOVER_SECONDS &&
        kernel_renameat(plan->opened, beside, plan->opened, plan->name) == 0) {
        log_line(LOG_LEVEL_INFO, "bind ", plan->path,
                 ": in place of the empty file that a failed bind has left");
        return 0;
    }
    kernel_unlinkat(plan->opened, beside);
    return -EEXIST;
}

/*
 * In place of an invisible marker, or of what a failed bind left. Two servers that were both told
 * that the path is free take turns: the one that comes second finds the first one's marker. This
 * user's here by the private folder, those of other containers by the folder itself, whose lock
 * whoever can read it may hold for ever.
 */
static int replace_stale(const struct redirect_plan *plan, const char *folder,
                         const char *address) {
    struct stat left;
    bool leftover = may_be_leftover(plan, &left);
    if (!leftover && !missing_noted(plan->path))
        return -EEXIST;
    int own = folder_lock(folder);
    int shared = folder_lock(plan->folder);
    int error = -EEXIST;
    if (own < 0 && shared < 0)
        return error;
    if (leftover) {
        error = replace_leftover(plan, address);
    } else if (invisible_marker(plan)) {
        kernel_unlinkat(plan->opened, plan->name);
        error = place_marker(plan, address);
    }
    kernel_close(own); /* EBADF of an errno */
    kernel_close(shared);
    return error;
}

static void log_redirect(const struct redirect_plan *plan, const char *address) {
    if (!log_wants(LOG_LEVEL_INFO))
        return;
    if (plan->always) {
        log_line(LOG_LEVEL_INFO, "bind ", plan->path, " -> ", address, " (", plan->filesystem,
                 ": QLSHIM_SOCKETS=always)");
        return;
    }
    int error = plan->verdict.error;
    log_line(LOG_LEVEL_INFO, "bind ", plan->path, " -> ", address, " (", plan->filesystem, ": ",
             trial_step_name(plan->verdict.step), " of a trial socket ",
             error != 0 ? "failed with " : "did not show one", error != 0 ? errno_name(error) : "",
             ")");
}

static int unavailable(const struct redirect_plan *plan, const char *place, int error) {
    log_error_once("cannot redirect the socket ", plan->path, ": ", place, ": ", errno_name(-error),
                   "; set QLSHIM_TMPDIR to a folder that takes sockets");
    return REDIRECT_UNAVAILABLE;
}

/*
 * A socket whose name cannot be recorded would tell others its address in place of its path. The
 * name comes first, since the socket cannot be unbound. A private folder that takes no links at all
 * goes without names.
 */
static bool is_out_of_room(int error) {
    return error == -ENOSPC || error == -EDQUOT;
}

/* What the kernel says of a path that is taken, or cannot be made. */
static int error_of_path(int error) {
    return error == -EEXIST || error == -EISDIR ? -EADDRINUSE : error;
}

/* A socket that is bound already: the kernel makes the path first and removes it again. */
static int refuse_second_name(const struct redirect_plan *plan, const char *address) {
    int error = place_marker(plan, address);
    if (error != 0)
        return error_of_path(error);
    marker_remove(plan->opened, plan->name, address);
    return -EINVAL;
}

/* In a set-group-id folder what is made has the folder's group (inode(7)). */
static void set_group(const struct redirect_plan *plan, const char *address) {
    struct stat folder;
    if (kernel_fstatat(plan->opened, "", &folder, AT_EMPTY_PATH) == 0 &&
        (folder.st_mode & S_ISGID) != 0)
        kernel_chown(address, (uid_t)-1, folder.st_gid);
}

/* With the name's record before the marker, so that a marker whose socket is to come has one. */
static int bind_at(int fd, const struct redirect_plan *plan, const char *folder,
                   const char *address) {
    struct sockaddr_un bound;
    int error = names_remember(address, plan->path);
    if (is_out_of_room(error))
        return unavailable(plan, folder, error);
    error = place_marker(plan, address);
    if (error == -EEXIST)
        error = replace_stale(plan, folder, address);
    if (error != 0)
        return error_of_path(error);
    socklen_t length = address_set(&bound, address);
    error = kernel_bind(fd, (const struct sockaddr *)&bound, length);
    if (error == 0)
        return 0;
    marker_remove(plan->opened, plan->name, address);
    return unavailable(plan, folder, error);
}

/*
 * A bind that fails on a volume that refuses sockets may leave an empty file. It failed with
 * another error than EADDRINUSE, so the path was free before; an empty file holds nobody's data.
 */
static void remove_debris(const struct redirect_plan *plan) {
    struct stat status;
    if (kernel_fstatat(plan->opened, plan->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode) && status.st_size == 0)
        kernel_unlinkat(plan->opened, plan->name);
}

static int bind_in_folder(int fd, struct redirect_plan *plan, bool unbound) {
    char folder[FOLDER_SIZE];
    char address[SOCKET_PATH_SIZE];
    int error = choose_address(plan, folder, address);
    if (error != 0)
        return unavailable(plan, folder, error);
    if (plan->trusted && !plan->always) /* redirect_after_failure */
        remove_debris(plan);
    if (!unbound)
        return refuse_second_name(plan, address);
    error = bind_at(fd, plan, folder, address);
    if (error != 0) {
        names_forget(address);
        return error;
    }
    set_group(plan, address);
    names_keep(address, plan->path);
    markers_note();
    log_redirect(plan, address);
    collect_some(folder);
    collect_later(address);
    return 0;
}

int redirect_bind(int fd, struct redirect_plan *plan) {
    int refusal = check_descriptor(fd);
    int error = refusal;
    if (refusal != REDIRECT_UNAVAILABLE)
        error = bind_in_folder(fd, plan, refusal == 0);
    kernel_close(plan->opened);
    return error;
}

static int mknod_in_folder(struct redirect_plan *plan, mode_t mode) {
    char folder[FOLDER_SIZE];
    char address[SOCKET_PATH_SIZE];
    if (choose_address(plan, folder, address) != 0)
        return REDIRECT_UNAVAILABLE;
    int error = place_marker(plan, address);
    if (error != 0)
        return error;
    kernel_mknodat(AT_FDCWD, address, mode);
    names_keep(address, plan->path); /* cp -a sets its mode and owner next */
    markers_note();
    return 0;
}

int redirect_mknod(int directory, const char *path, mode_t mode) {
    char whole[SOCKET_PATH_SIZE];
    struct redirect_plan plan;
    struct sockaddr_un name;
    struct stat status;
    struct text text = text_in(whole, sizeof whole);
    /* What lies there already, or cannot be read, is the kernel's to tell. */
    if (kernel_fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) != -ENOENT)
        return REDIRECT_UNAVAILABLE;
    if (directory != AT_FDCWD && path[0] != '/') {
        descriptor_path(directory, whole);
        text.length = text_length(whole);
        text_append(&text, "/");
    }
    text_append(&text, path);
    if (text.cut ||
        !redirect_planned((const struct sockaddr *)&name, address_set(&name, whole), &plan))
        return REDIRECT_UNAVAILABLE;
    int error = mknod_in_folder(&plan, mode);
    kernel_close(plan.opened);
    return error;
}
