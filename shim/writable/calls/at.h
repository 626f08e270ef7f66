/*
 * How a door takes a path: `AT(at, directory, path)` makes `at.directory` and `at.path` what is to
 * be handed to the next definition, in the caller's frame. For the paths that have nothing to do
 * with a view that is what the program gave.
 *
 * A door may be called in a signal handler and between vfork and exec: nothing here allocates or
 * takes a lock until a call has been refused.
 */
#ifndef QLSHIM_WRITABLE_CALLS_AT_H
#define QLSHIM_WRITABLE_CALLS_AT_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/errno_now.h"
#include "core/kernel.h"
#include "writable/lift.h"
#include "writable/view.h"

enum at_form {
    AT_AS_IT_IS,
    AT_IN_VIEW, /* <tree> and the path */
    AT_FOLDED,  /* to be found out first */
    AT_BY_PROC  /* /proc/self/fd/N: what is open, of a lower folder; its upper path once lifted */
};

struct at {
    int directory;
    const char *path;
    bool inside; /* it may be in a view: what the kernel says is to be looked at */
    enum at_form form;
    size_t room;  /* bytes that at_write needs, 0 for none */
    int opened;   /* a descriptor to close, or -1 */
    int saved;    /* errno before the call, where it may have to be made twice */
    char *buffer; /* of at_write */
    int given_directory;
    const char *given_path;
};

/* The process has been in a folder of a view, or above one: from then on relative paths are looked
 * at. */
extern bool at_current_inside;

/*
 * Which descriptors may be folders of a view: set when one is opened, and a hint only.
 */
enum { HINTS = 1024 };
extern uint64_t at_hints[HINTS / 64];

static inline bool at_hinted(int fd) {
    return (unsigned)fd < HINTS ? (at_hints[fd / 64] >> (fd % 64) & 1) != 0 : fd >= 0;
}

void at_hint(int fd);

/* Whether a pointer may be looked at before the kernel has; as calls/sockets_wanted.h's. */
static inline bool at_plausible(const void *pointer) {
    return address_plausible(pointer);
}

/*
 * Before the folder of that name in the view, which has been expanded, is renamed or removed: what
 * the process has open of the lower one is opened in the upper folder, since it could not be found
 * by its name later.
 */
void at_renew(const char *folder);

/* Makes the descriptor one of the folder at `path`. */
void at_replace(int fd, const char *path);

void at_begin(struct at *at, int directory, const char *path);
void at_write(struct at *at, char *room);
/* The folder of a relative path, where that is a lower one that has been expanded since. */
void at_settle(struct at *at);
void at_close(const struct at *at);

static inline void at_end(const struct at *at) {
    if (__builtin_expect(at->opened >= 0, 0))
        at_close(at);
}

#define AT(name, directory_, path_)                                                                \
    struct at name __attribute__((cleanup(at_end)));                                               \
    at_begin(&name, directory_, path_);                                                            \
    if (__builtin_expect(name.room > 0, 0))                                                        \
    at_write(&name, __builtin_alloca(name.room))

/* Whether a call that failed with the errno of now is one to lift for. */
static inline bool at_refused(const struct at *at) {
    int error = errno_now();
    return at->inside && (error == EACCES || error == EROFS || error == EPERM);
}

/* Lifts, and makes `at` ready for another call; false, with errno as it was, where there is none to
 * make. */
bool at_lift(struct at *at, enum lift what);

/* As at_lift, with the entry's place to release; where it stands then. */
enum standing at_place(struct at *at, enum lift what, struct place *place);

/* Whether a lift would make it real: an entry of a lower folder or a farm link, where its own links
 * lead if `follow`. */
bool at_is_lower(const struct at *at, bool follow);

/* The result of `call`, which is made again after a refusal that a lift mends. */
#define LIFTING(at, what, call)                                                                    \
    (__extension__({                                                                               \
        __typeof__(call) result_ = (call);                                                         \
        if (__builtin_expect(result_ < 0, 0) && at_refused(&(at)) && at_lift(&(at), what))         \
            result_ = (call);                                                                      \
        result_;                                                                                   \
    }))

/* After a call by a descriptor of a lower file or folder that was refused with the errno of now:
 * its upper one, which is made if need be; then errno is `saved` again. */
static inline bool at_lifted_path(int fd, char path[PATH_MAX], int saved) {
    if (!views.active || (errno != EPERM && errno != EACCES && errno != EROFS) ||
        !lift_descriptor(fd, true, path))
        return false;
    errno = saved;
    return true;
}

/*
 * What the last part of the path is in the upper folder, a farm link or not; `target` gets a farm
 * link's lower path, and is not empty where it is another link. Leaves errno alone. A link of
 * anybody else's is none: in a folder of the image that everybody may write a neighbour makes what
 * looks like one.
 */
enum farm at_farm(const struct at *at, char target[PATH_MAX]);
bool at_is_farm(const struct at *at);
/* As at_farm, of a link that is known to be the user's own; a slash at the end has it followed, so
 * that there is none. */
enum farm at_own_farm(int directory, const char *path, char target[PATH_MAX]);
/* Also where a user namespace has given the user another number since the load. */
bool at_is_own(uid_t owner);

#endif
