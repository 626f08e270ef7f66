/*
 * The doors of bind(2), connect(2) and the calls that tell a name: a socket below a view lies in
 * the upper folder. Behind them libqlshim.so's own doors see that path.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"

enum { FAMILY = offsetof(struct sockaddr_un, sun_path) };

/* An address whose path is in a view, rewritten. */
struct viewed {
    const struct sockaddr *address;
    socklen_t length;
    int folder; /* open while its number is part of the path, or -1 */
    struct sockaddr_un room;
    char path[sizeof(struct sockaddr_un)]; /* what the program gave */
};

static bool has_path(const struct sockaddr *address, socklen_t length) {
    return views.active && (uintptr_t)address >= 4096 && length > FAMILY &&
           kernel_can_read(address) && address->sa_family == AF_UNIX &&
           ((const struct sockaddr_un *)(const void *)address)->sun_path[0] != '\0';
}

static bool put(struct viewed *viewed, const char *path) {
    size_t length = text_length(path);
    if (length >= sizeof viewed->room.sun_path)
        return false;
    memcpy(viewed->room.sun_path, path, length + 1);
    viewed->address = (const struct sockaddr *)&viewed->room;
    viewed->length = (socklen_t)(FAMILY + length + 1);
    return true;
}

/* Too long for an address: by way of its folder's descriptor, as /proc/self/fd/N/name. */
static bool put_by_folder(struct viewed *viewed, const struct at *at) {
    char path[PATH_MAX];
    char short_path[DESCRIPTOR_PATH_SIZE + sizeof viewed->path];
    const char *base = text_base(at->path);
    if (!text_copy(path, sizeof path, at->path))
        return false;
    path[base - at->path] = '\0';
    viewed->folder = kernel_open(path, O_PATH | O_DIRECTORY, 0);
    if (viewed->folder < 0)
        return false;
    descriptor_path(viewed->folder, short_path);
    struct text text = {
        .buffer = short_path, .capacity = sizeof short_path, .length = text_length(short_path)};
    text_append(&text, "/");
    text_append(&text, base);
    return !text.cut && put(viewed, short_path);
}

static void view_address(struct viewed *viewed, const struct sockaddr *address, socklen_t length,
                         bool lifts) {
    const struct sockaddr_un *name = (const void *)address;
    *viewed = (struct viewed){.address = address, .length = length, .folder = -1};
    if (!has_path(address, length) || length > sizeof *name)
        return;
    memcpy(viewed->path, name->sun_path, length - FAMILY);
    AT(at, AT_FDCWD, viewed->path);
    if (!at.inside)
        return;
    if (lifts)
        at_lift(&at, LIFT_FOLDER);
    if (at.path == viewed->path)
        return;
    viewed->room.sun_family = AF_UNIX;
    if (!put(viewed, at.path))
        put_by_folder(viewed, &at);
}

static int finish(const struct viewed *viewed, int result) {
    if (viewed->folder >= 0)
        kernel_close(viewed->folder);
    return result;
}

DOOR int bind(int fd, const struct sockaddr *address, socklen_t length) {
    struct viewed viewed;
    view_address(&viewed, address, length, true);
    return finish(&viewed, NEXT(bind)(fd, viewed.address, viewed.length));
}

DOOR int connect(int fd, const struct sockaddr *address, socklen_t length) {
    struct viewed viewed;
    view_address(&viewed, address, length, false);
    return finish(&viewed, NEXT(connect)(fd, viewed.address, viewed.length));
}

DOOR ssize_t sendto(int fd, const void *bytes, size_t size, int flags,
                    const struct sockaddr *address, socklen_t length) {
    struct viewed viewed;
    if (!has_path(address, length))
        return NEXT(sendto)(fd, bytes, size, flags, address, length);
    view_address(&viewed, address, length, false);
    ssize_t result = NEXT(sendto)(fd, bytes, size, flags, viewed.address, viewed.length);
    finish(&viewed, 0);
    return result;
}

/* --- names back ------------------------------------------------------------------------------ */

/* "/proc/self/fd/N/name" is what a long path was bound by; its folder's descriptor is closed. */
static void show_name(struct sockaddr *address, socklen_t capacity, socklen_t *length) {
    struct sockaddr_un *name = (void *)address;
    if (!views.active || address == NULL || capacity < sizeof *name || *length <= FAMILY ||
        *length > sizeof *name || address->sa_family != AF_UNIX || name->sun_path[0] != '/')
        return;
    size_t size = text_length_within(name->sun_path, *length - FAMILY);
    size_t shown = link_show(name->sun_path, size);
    if (shown == size)
        return;
    memset(name->sun_path + shown, 0, sizeof name->sun_path - shown);
    *length = (socklen_t)(FAMILY + shown + 1);
}

#define NAMED(call)                                                                                \
    socklen_t capacity = address != NULL && length != NULL ? *length : 0;                          \
    int result = (call);                                                                           \
    if (result >= 0 && capacity > 0)                                                               \
        show_name(address, capacity, length);                                                      \
    return result

DOOR int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
    NAMED(NEXT(getsockname)(fd, address, length));
}

DOOR int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
    NAMED(NEXT(getpeername)(fd, address, length));
}

DOOR int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
    NAMED(NEXT(accept)(fd, address, length));
}

DOOR int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags) {
    NAMED(NEXT(accept4)(fd, address, length, flags));
}
