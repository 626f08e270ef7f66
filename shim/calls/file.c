/*
 * The doors of access(2), chmod(2), chown(2), link(2) and mknod(2): what a program does to a
 * socket's path reaches the real socket, and succeeds where the volume cannot do it.
 *
 * The native call comes first. Where it succeeded, a marker is looked for only in a process that
 * has met one: volumes like rclone answer chmod with success and do nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls/file.h"
#include "calls/missing_path.h"
#include "calls/settle.h"
#include "calls/sockets_wanted.h"
#include "core/kernel.h"
#include "core/next.h"
#include "cron/paths.h"
#include "sockets/marker.h"
#include "sockets/names.h"
#include "sockets/real.h"
#include "sockets/redirect.h"
#include "sockets/second_name.h"

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
 * is gone, another may have put a link to anybody's file there. And a file marker takes the mode in
 * the socket's place, may not be readable any more, or the volume does nothing and says success.
 *
 * What follows no link copies or changes whole folders, and cp -a, tar(1) and rsync(1) make what a
 * neighbour has laid there their user's own, the address of a socket of his included, and then give
 * it the owner and the mode that the neighbour's had. So by a marker that is not where its socket
 * was bound, a socket is given no owner and no right in that way, but by who has bound it: the
 * marker gets the owner, and then speaks no more.
 */
enum first_look { LOOK_NATIVE, LOOK_REFUSED /* with errno */, LOOK_SOCKET, LOOK_STRANGE };

static bool may_give(bool follow, int directory, const char *path, const struct marker *marker) {
    return follow || names_kept_for(marker->address, &marker->status) ||
           names_placed(marker->address, directory, path);
}

static enum first_look look_first(int directory, const char *path, int flags,
                                  struct marker *marker) {
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    bool known = (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) == 0; /* else EINVAL is due */
    if (!known || !sockets_wanted() || (!markers_met() && !marker_may_lie_at(directory, path)))
        return LOOK_NATIVE;
    int failure = marker_find(directory, path, follow, marker);
    if (failure != 0 && !(follow && marker_unread(failure, directory, path)))
        return LOOK_NATIVE;
    if (failure != 0) {
        errno = -failure;
        return LOOK_REFUSED;
    }
    if (marker_changes_socket(marker))
        return may_give(follow, directory, path, marker) ? LOOK_SOCKET : LOOK_STRANGE;
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
    mode &= R_OK | W_OK | X_OK; /* as libc did, where the other bits were no EINVAL (eaccess) */
    struct way way;
    int error = way_find(&way, &marker);
    if (error == 0)
        error = (flags & AT_EACCESS) != 0 ? kernel_access_effective(way.path, mode)
                                          : kernel_access(way.path, mode);
    way_release(&way);
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
    if (!may_give(follow, directory, path, &marker))
        mode &= marker.socket.st_mode;
    return settle(real_socket_chmod(marker.address, mode), saved_errno);
}

bool chmod_link(int directory, const char *path, mode_t mode, int flags, int saved_errno,
                int *result) {
    struct marker marker;
    enum first_look look = look_first(directory, path, flags, &marker);
    if (look == LOOK_STRANGE)
        mode &= marker.socket.st_mode;
    *result =
        look >= LOOK_SOCKET ? settle(real_socket_chmod(marker.address, mode), saved_errno) : -1;
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
    /* Older glibc and musl refuse AT_EMPTY_PATH before they look at anything. */
    if ((flags & AT_EMPTY_PATH) != 0 && NEXT(fchmodat)(-1, "x", mode, flags) != 0 &&
        errno == EINVAL)
        return -1;
    if (chmod_link(directory, path, mode, flags, saved_errno, &result))
        return result;
    result = NEXT(fchmodat)(directory, path, mode, flags);
    return is_settled(result) ? 0 : settle_chmod(result, directory, path, mode, flags, saved_errno);
}

DOOR int lchmod(const char *path, mode_t mode) {
    int saved_errno = errno_now();
    int result;
    return chmod_link(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW, saved_errno, &result)
               ? result
               : NEXT(lchmod)(path, mode);
}

/* --- chown ----------------------------------------------------------------------------------- */

static int settle_chown(int result, int directory, const char *path, uid_t owner, gid_t group,
                        int flags, int saved_errno) {
    struct marker marker;
    bool follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;
    if (result != 0 && cron_spares(path))
        return settle(0, saved_errno);
    if (!find_socket(result, directory, path, follow, &marker) || !marker_changes_socket(&marker) ||
        !may_give(follow, directory, path, &marker))
        return result;
    return settle(real_socket_chown(marker.address, owner, group), saved_errno);
}

/* As chmod_link. A link marker's own owner stays: it speaks for the sockets of its owner. */
static bool chown_link(int directory, const char *path, uid_t owner, gid_t group, int flags,
                       int saved_errno, int *result) {
    struct marker marker;
    enum first_look look = look_first(directory, path, flags, &marker);
    if (look == LOOK_STRANGE)
        return false;
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

/* As the native call left it, or as the socket's second name does (sockets/second_name.h). */
static int settle_link(int result, const struct second_name *names, bool follow, int saved_errno) {
    if (!sockets_wanted())
        return result;
    return settle(result == 0 ? -second_name_after_success(names)
                              : -second_name_after_failure(errno, names, follow),
                  saved_errno);
}

DOOR int link(const char *old_path, const char *new_path) {
    int saved_errno = errno_now();
    const struct second_name names = {AT_FDCWD, old_path, AT_FDCWD, new_path};
    return settle_link(NEXT(link)(old_path, new_path), &names, false, saved_errno);
}

DOOR int linkat(int old_directory, const char *old_path, int new_directory, const char *new_path,
                int flags) {
    int saved_errno = errno_now();
    int result = NEXT(linkat)(old_directory, old_path, new_directory, new_path, flags);
    if (result != 0 && (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
        return result; /* EINVAL, whatever lies there */
    const struct second_name names = {old_directory, old_path, new_directory, new_path};
    return settle_link(result, &names, (flags & AT_SYMLINK_FOLLOW) != 0, saved_errno);
}

/* --- mknod ----------------------------------------------------------------------------------- */

/* Whether a socket is made here; then *result is the answer. */
static bool mknod_socket(int directory, const char *path, mode_t mode, int *result) {
    int saved_errno = errno_now();
    if (!S_ISSOCK(mode) || !sockets_wanted())
        return false;
    int error = redirect_mknod(directory, path, mode);
    *result = settle(error, saved_errno);
    return error != REDIRECT_UNAVAILABLE;
}

DOOR int mknodat(int directory, const char *path, mode_t mode, dev_t device) {
    int result;
    return mknod_socket(directory, path, mode, &result)
               ? result
               : NEXT(mknodat)(directory, path, mode, device);
}

DOOR int mknod(const char *path, mode_t mode, dev_t device) {
    return mknodat(AT_FDCWD, path, mode, device);
}

/*
 * What mknod(2) was in programs built with glibc before 2.33: a function of their own that calls
 * this one, the only one that libc.so had then (sys/stat.h of that time; xmknodat.c).
 */
int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device);
int __xmknod(int version, const char *path, mode_t mode, dev_t *device);

DOOR int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device) {
    int result;
    return mknod_socket(directory, path, mode, &result)
               ? result
               : NEXT(__xmknodat)(version, directory, path, mode, device);
}

DOOR int __xmknod(int version, const char *path, mode_t mode, dev_t *device) {
    return __xmknodat(version, AT_FDCWD, path, mode, device);
}
