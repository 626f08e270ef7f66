/*
 * The doors of access(2), chmod(2), chown(2) and link(2): what a program does to a socket's path
 * reaches the real socket, and succeeds where the volume cannot do it.
 *
 * The native call comes first. Where it succeeded, a marker is looked for only in a process that
 * has met one: volumes like rclone answer chmod with success and do nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls/missing_path.h"
#include "calls/settle.h"
#include "calls/sockets_wanted.h"
#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "cron/paths.h"
#include "sockets/marker.h"
#include "sockets/real.h"

/* Whether a native call with `result` leaves nothing to do, as nearly all do. */
static inline bool is_settled(int result) {
    return __builtin_expect(result == 0 && !markers_met(), 1);
}

bool find_socket(int result, int directory, const char *path, bool follow, struct marker *marker) {
    if (!sockets_wanted() || is_settled(result) || path == NULL ||
        (result != 0 && (errno == EFAULT || errno == EBADF || errno == EINVAL)))
        return false;
    return marker_leads_to_socket(directory, path, follow, marker);
}

/*
 * Calls that change something look first: natively they follow a link marker, and where its socket
 * is gone, another may have put a link to anybody's file there. And a file marker that has got the
 * socket's mode may not be readable any more.
 */
enum first_look { LOOK_NATIVE, LOOK_SOCKET, LOOK_REFUSED /* with errno */ };

static enum first_look look_first(int directory, const char *path, int flags,
                                  struct marker *marker) {
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    bool known = (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) == 0; /* else EINVAL is due */
    if (!known || !sockets_wanted() || (!markers_met() && !marker_link_at(directory, path)) ||
        marker_find(directory, path, follow, marker) != 0)
        return LOOK_NATIVE;
    if (marker_changes_socket(marker))
        return LOOK_SOCKET;
    if (!follow || marker->error == 0 || S_ISREG(marker->status.st_mode))
        return LOOK_NATIVE; /* changes the marker itself, or what it would bare */
    errno = -marker->error;
    return LOOK_REFUSED;
}

bool change_refused(int directory, const char *path, int flags) {
    struct marker marker;
    return (flags & AT_SYMLINK_NOFOLLOW) == 0 &&
           look_first(directory, path, flags, &marker) == LOOK_REFUSED;
}

/* --- access ---------------------------------------------------------------------------------- */

static __attribute__((noinline)) int settle_access(int result, int directory, const char *path,
                                                   int mode, int flags, int saved_errno) {
    struct marker marker;
    if (result != 0 && errno == ENOENT)
        note_missing(path);
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    bool honest = result != 0 && (errno == ENOENT || errno == ENOTDIR);
    if (honest || !find_socket(result, directory, path, follow, &marker))
        return result;
    int error = (flags & AT_EACCESS) != 0 ? kernel_access_effective(marker.address, mode)
                                          : kernel_access(marker.address, mode);
    return settle(error, saved_errno);
}

DOOR int access(const char *path, int mode) {
    path = cron_path(path);
    int saved_errno = errno_now();
    int result = NEXT(access)(path, mode);
    return is_settled(result) ? 0 : settle_access(result, AT_FDCWD, path, mode, 0, saved_errno);
}

DOOR int faccessat(int directory, const char *path, int mode, int flags) {
    path = cron_path(path);
    int saved_errno = errno_now();
    int result = NEXT(faccessat)(directory, path, mode, flags);
    return is_settled(result) ? 0
                              : settle_access(result, directory, path, mode, flags, saved_errno);
}

DOOR int eaccess(const char *path, int mode) {
    int saved_errno = errno_now();
    int result = NEXT(eaccess)(path, mode);
    return is_settled(result)
               ? 0
               : settle_access(result, AT_FDCWD, path, mode, AT_EACCESS, saved_errno);
}

DOOR int euidaccess(const char *path, int mode) {
    int saved_errno = errno_now();
    int result = NEXT(euidaccess)(path, mode);
    return is_settled(result)
               ? 0
               : settle_access(result, AT_FDCWD, path, mode, AT_EACCESS, saved_errno);
}

/* --- chmod ----------------------------------------------------------------------------------- */

static __attribute__((noinline)) int settle_chmod(int result, int directory, const char *path,
                                                  mode_t mode, int flags, int saved_errno) {
    struct marker marker;
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (result != 0 && cron_spares(path))
        return settle(0, saved_errno);
    if (!find_socket(result, directory, path, follow, &marker) || !marker_changes_socket(&marker))
        return result;
    return settle(real_socket_chmod(marker.address, mode), saved_errno);
}

/* Whether the call is answered without the native one; then *result is its answer. */
static __attribute__((noinline)) bool chmod_link(int directory, const char *path, mode_t mode,
                                                 int flags, int saved_errno, int *result) {
    struct marker marker;
    enum first_look look = look_first(directory, path, flags, &marker);
    *result =
        look == LOOK_SOCKET ? settle(real_socket_chmod(marker.address, mode), saved_errno) : -1;
    return look != LOOK_NATIVE;
}

DOOR int chmod(const char *path, mode_t mode) {
    if (cron_path(path) != path)
        return 0; /* cronie's would open its spool to a group (src/misc.c, check_spool_dir) */
    int saved_errno = errno_now();
    int result;
    if (chmod_link(AT_FDCWD, path, mode, 0, saved_errno, &result))
        return result;
    result = NEXT(chmod)(path, mode);
    return is_settled(result) ? 0 : settle_chmod(result, AT_FDCWD, path, mode, 0, saved_errno);
}

DOOR int fchmodat(int directory, const char *path, mode_t mode, int flags) {
    int saved_errno = errno_now();
    int result;
    if (chmod_link(directory, path, mode, flags, saved_errno, &result))
        return result;
    result = NEXT(fchmodat)(directory, path, mode, flags);
    return is_settled(result) ? 0 : settle_chmod(result, directory, path, mode, flags, saved_errno);
}

/* --- chown ----------------------------------------------------------------------------------- */

static int settle_chown(int result, int directory, const char *path, uid_t owner, gid_t group,
                        int flags, int saved_errno) {
    struct marker marker;
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (result != 0 && cron_spares(path))
        return settle(0, saved_errno);
    if (!find_socket(result, directory, path, follow, &marker) || !marker_changes_socket(&marker))
        return result;
    return settle(real_socket_chown(marker.address, owner, group), saved_errno);
}

/* As chmod_link. A link marker's own owner stays: it speaks for the sockets of its owner. */
static bool chown_link(int directory, const char *path, uid_t owner, gid_t group, int flags,
                       int saved_errno, int *result) {
    struct marker marker;
    enum first_look look = look_first(directory, path, flags, &marker);
    *result = look == LOOK_SOCKET
                  ? settle(real_socket_chown(marker.address, owner, group), saved_errno)
                  : -1;
    return look != LOOK_NATIVE;
}

DOOR int chown(const char *path, uid_t owner, gid_t group) {
    path = cron_path(path);
    int saved_errno = errno_now();
    int result;
    if (chown_link(AT_FDCWD, path, owner, group, 0, saved_errno, &result))
        return result;
    return settle_chown(NEXT(chown)(path, owner, group), AT_FDCWD, path, owner, group, 0,
                        saved_errno);
}

DOOR int lchown(const char *path, uid_t owner, gid_t group) {
    path = cron_path(path);
    int saved_errno = errno_now();
    int result;
    if (chown_link(AT_FDCWD, path, owner, group, AT_SYMLINK_NOFOLLOW, saved_errno, &result))
        return result;
    return settle_chown(NEXT(lchown)(path, owner, group), AT_FDCWD, path, owner, group,
                        AT_SYMLINK_NOFOLLOW, saved_errno);
}

DOOR int fchownat(int directory, const char *path, uid_t owner, gid_t group, int flags) {
    int saved_errno = errno_now();
    int result;
    if (chown_link(directory, path, owner, group, flags, saved_errno, &result))
        return result;
    return settle_chown(NEXT(fchownat)(directory, path, owner, group, flags), directory, path,
                        owner, group, flags, saved_errno);
}

/* --- link ------------------------------------------------------------------------------------ */

/* The device on which the folder of `path` lies; 0 where that cannot be told. */
static dev_t device_of_folder(int directory, const char *path) {
    char folder[512];
    struct stat status;
    size_t length = (size_t)(text_base(path) - path);
    struct text text = text_in(folder, sizeof folder);
    text_append_bytes(&text, path, length);
    if (length == 0)
        text_append(&text, ".");
    return !text.cut && kernel_fstatat(directory, folder, &status, 0) == 0 ? status.st_dev : 0;
}

/* Errors of link(2) that have nothing to do with what the marker leads to. */
static bool is_of_new_path(int error) {
    return error == EEXIST || error == EFAULT || error == ENAMETOOLONG;
}

/*
 * On a volume without hard links a second marker with the same address is the link (supervisord
 * binds under a temporary name, links it into place and unlinks the temporary one). A link marker
 * that is followed, by linkat(2) or on its host's side (Docker Desktop: EBADF, ENOENT), leads to
 * another filesystem.
 */
static int settle_link(int result, int old_directory, const char *old_path, int new_directory,
                       const char *new_path, bool follow, int saved_errno) {
    struct marker marker;
    if (result == 0 || !sockets_wanted() || is_of_new_path(errno))
        return result;
    int native_errno = errno;
    if (marker_find(old_directory, old_path, follow, &marker) != 0 ||
        (native_errno == EXDEV &&
         device_of_folder(new_directory, new_path) != marker.status.st_dev))
        return result;
    bool symlink = S_ISLNK(marker.status.st_mode);
    return settle(marker_create(new_directory, new_path, marker.address, symlink), saved_errno);
}

DOOR int link(const char *old_path, const char *new_path) {
    int saved_errno = errno_now();
    return settle_link(NEXT(link)(old_path, new_path), AT_FDCWD, old_path, AT_FDCWD, new_path,
                       false, saved_errno);
}

DOOR int linkat(int old_directory, const char *old_path, int new_directory, const char *new_path,
                int flags) {
    int saved_errno = errno_now();
    int result = NEXT(linkat)(old_directory, old_path, new_directory, new_path, flags);
    if (result != 0 && (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
        return result; /* EINVAL, whatever lies there */
    return settle_link(result, old_directory, old_path, new_directory, new_path,
                       (flags & AT_SYMLINK_FOLLOW) != 0, saved_errno);
}
