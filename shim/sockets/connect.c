#include "sockets/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/errno_name.h"
#include "core/filesystem.h"
#include "core/kernel.h"
#include "core/rarely_used.h"
#include "core/settings.h"
#include "core/table.h"
#include "core/text.h"
#include "sockets/address.h"
#include "sockets/marker.h"
#include "sockets/remembered.h"

/* Errors that have nothing to do with what lies at the path. */
static bool is_of_connection(int error) {
    switch (error) {
    case EINPROGRESS:
    case EALREADY:
    case EAGAIN:
    case EINTR:
    case EISCONN:
    case ENOTCONN:
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EMSGSIZE:
    case ENOBUFS:
    case ENOMEM:
    case EPIPE:
    case ECONNRESET:
        return true;
    default:
        return false;
    }
}

/*
 * The paths at which a connect has come by a file marker, as hashes: hints, no more. A client that
 * connects again and again (nginx to php-fpm, for each request) goes straight to the marker: the
 * native connect, which would fail, and a look at what lies there are a message each to the
 * volume's server.
 */
enum { HINTS = 64 };
static RARELY_USED unsigned hints[HINTS];
bool redirects_again;

static void keep_hint(const char *path) {
    unsigned hash = table_hash(path, text_length(path));
    __atomic_store_n(&hints[hash % HINTS], hash, __ATOMIC_RELAXED);
    __atomic_store_n(&redirects_again, true, __ATOMIC_RELAXED);
}

static int set_target(struct target *target, const struct marker *marker) {
    int error = way_find(&target->way, marker);
    if (error == 0)
        target->length = address_set(&target->address, target->way.path);
    return error;
}

bool redirect_again(const struct sockaddr *address, socklen_t length, struct target *target) {
    char path[SOCKET_PATH_SIZE];
    struct marker marker;
    size_t size = address_path(address, length, path);
    unsigned hash = table_hash(path, size);
    if (size == 0 || __atomic_load_n(&hints[hash % HINTS], __ATOMIC_RELAXED) != hash ||
        !remembered_leads_to_socket(path, hash, &marker))
        return false;
    return set_target(target, &marker) == 0;
}

bool redirect_anew(const struct sockaddr *address, socklen_t length, struct target *target) {
    char path[SOCKET_PATH_SIZE];
    remembered_forget(table_hash(path, address_path(address, length, path)));
    return redirect_again(address, length, target);
}

bool redirect_misled(const struct sockaddr *address, socklen_t length) {
    char path[SOCKET_PATH_SIZE];
    struct marker marker;
    if (address_path(address, length, path) == 0 || !marker_any_link_at(AT_FDCWD, path))
        return false;
    int failure = marker_find_peer(path, &marker);
    return failure == 0 ? S_ISLNK(marker.status.st_mode) && marker.error != 0
                        : marker_unread(failure, AT_FDCWD, path);
}

/* Whether a marker may lie there, as far as that can be told without a descriptor. */
static bool may_be_marker(const char *path) {
    struct stat status;
    struct statfs volume;
    return marker_link_at(AT_FDCWD, path) ||
           (kernel_fstatat(AT_FDCWD, path, &status, 0) == 0 && S_ISREG(status.st_mode) &&
            marker_possible(&status) && kernel_statfs(path, &volume) == 0 &&
            (settings.sockets == SOCKETS_ALWAYS ||
             !filesystem_of_type((uint32_t)volume.f_type)->trusted));
}

/*
 * What the program is to see where marker_find failed: `error`, the native one, where there is no
 * marker, but why where nothing was found out. (After EINTR programs wait for the connection. EIO
 * and ESTALE are mostly a marker that is removed just now, by a server that is started again: what
 * waits for that waits for ECONNREFUSED.)
 */
static int error_without_marker(int error, int failure, const char *path) {
    switch (failure) {
    case -EINTR:
        return EAGAIN;
    case -EACCES:
    case -ETIMEDOUT:
        return -failure;
    default:
        return errno_of_process(failure) && may_be_marker(path) ? -failure : error;
    }
}

int redirect_target(int error, const struct sockaddr *address, socklen_t length,
                    struct target *target) {
    char path[SOCKET_PATH_SIZE];
    struct marker marker;
    if (is_of_connection(error) || address_path(address, length, path) == 0)
        return error;
    int failure = marker_find_peer(path, &marker);
    if (failure != 0)
        return error_without_marker(error, failure, path);
    if (marker.error == 0 && S_ISREG(marker.status.st_mode))
        keep_hint(path);
    if (marker.error == 0)
        marker.error = set_target(target, &marker);
    /* A marker without its socket is a stale socket. */
    return marker.error == -ENOENT ? ECONNREFUSED : -marker.error;
}
