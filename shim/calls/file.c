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
#include "cron/paths.h"
#include "sockets/marker.h"
#include "sockets/real.h"

/* Whether a native call with `result` leaves nothing to do, as nearly all do. */
static inline bool is_settled(int result) {
    return __builtin_expect(result == 0 && !markers_met(), 1);
}

bool find_socket(int result, int directory, const char *path, bool follow,
                 char address[SOCKET_PATH_SIZE]) {
    struct stat status;
    if (!sockets_wanted() || is_settled(result) || path == NULL ||
        (result != 0 && (errno == EFAULT || errno == EBADF || errno == EINVAL)))
        return false;
    return marker_read(directory, path, follow, &status, address) &&
           marker_socket(address, &status) == 0;
}

/* --- access ---------------------------------------------------------------------------------- */

static __attribute__((noinline)) int settle_access(int result, int directory, const char *path,
                                                   int mode, int flags, int saved_errno) {
    char address[SOCKET_PATH_SIZE];
    if (result != 0 && errno == ENOENT)
        note_missing(path);
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    bool honest = result != 0 && (errno == ENOENT || errno == ENOTDIR);
    if (honest || !find_socket(result, directory, path, follow, address))
        return result;
    int error = (flags & AT_EACCESS) != 0 ? kernel_access_effective(address, mode)
                                          : kernel_access(address, mode);
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

/*
 * The native call may have changed a file marker's own mode, which nobody is shown, but which
 * decides who can read it: so that is put back.
 */
static __attribute__((noinline)) int settle_chmod(int result, int directory, const char *path,
                                                  mode_t mode, int flags, int saved_errno) {
    char address[SOCKET_PATH_SIZE];
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (!find_socket(result, directory, path, follow, address))
        return result;
    if (result == 0)
        marker_restore_mode(directory, path);
    return settle(real_socket_chmod(address, mode), saved_errno);
}

DOOR int chmod(const char *path, mode_t mode) {
    path = cron_path(path);
    int saved_errno = errno_now();
    int result = NEXT(chmod)(path, mode);
    return is_settled(result) ? 0 : settle_chmod(result, AT_FDCWD, path, mode, 0, saved_errno);
}

DOOR int fchmodat(int directory, const char *path, mode_t mode, int flags) {
    int saved_errno = errno_now();
    int result = NEXT(fchmodat)(directory, path, mode, flags);
    return is_settled(result) ? 0 : settle_chmod(result, directory, path, mode, flags, saved_errno);
}

/* --- chown ----------------------------------------------------------------------------------- */

static int settle_chown(int result, int directory, const char *path, uid_t owner, gid_t group,
                        int flags, int saved_errno) {
    char address[SOCKET_PATH_SIZE];
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (!find_socket(result, directory, path, follow, address))
        return result;
    return settle(real_socket_chown(address, owner, group), saved_errno);
}

DOOR int chown(const char *path, uid_t owner, gid_t group) {
    path = cron_path(path);
    int saved_errno = errno_now();
    return settle_chown(NEXT(chown)(path, owner, group), AT_FDCWD, path, owner, group, 0,
                        saved_errno);
}

DOOR int lchown(const char *path, uid_t owner, gid_t group) {
    path = cron_path(path);
    int saved_errno = errno_now();
    return settle_chown(NEXT(lchown)(path, owner, group), AT_FDCWD, path, owner, group,
                        AT_SYMLINK_NOFOLLOW, saved_errno);
}

DOOR int fchownat(int directory, const char *path, uid_t owner, gid_t group, int flags) {
    int saved_errno = errno_now();
    return settle_chown(NEXT(fchownat)(directory, path, owner, group, flags), directory, path,
                        owner, group, flags, saved_errno);
}

/* --- link ------------------------------------------------------------------------------------ */

/*
 * On a volume without hard links a second marker with the same address is the link (supervisord
 * binds under a temporary name, links it into place and unlinks the temporary one).
 */
static int settle_link(int result, int old_directory, const char *old_path, int new_directory,
                       const char *new_path, bool follow, int saved_errno) {
    char address[SOCKET_PATH_SIZE];
    struct stat status;
    if (result == 0 || !sockets_wanted() || errno == EEXIST || errno == ENOENT || errno == EFAULT ||
        errno == EBADF || errno == EXDEV || errno == ENOTDIR ||
        !marker_read(old_directory, old_path, follow, &status, address))
        return result;
    bool symlink = S_ISLNK(status.st_mode);
    return settle(marker_create(new_directory, new_path, address, symlink), saved_errno);
}

DOOR int link(const char *old_path, const char *new_path) {
    int saved_errno = errno_now();
    return settle_link(NEXT(link)(old_path, new_path), AT_FDCWD, old_path, AT_FDCWD, new_path,
                       false, saved_errno);
}

DOOR int linkat(int old_directory, const char *old_path, int new_directory, const char *new_path,
                int flags) {
    int saved_errno = errno_now();
    return settle_link(NEXT(linkat)(old_directory, old_path, new_directory, new_path, flags),
                       old_directory, old_path, new_directory, new_path,
                       (flags & AT_SYMLINK_FOLLOW) != 0, saved_errno);
}
