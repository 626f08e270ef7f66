/*
 * The doors of chroot(2), setns(2) and unshare(2), and pivot_root(2): behind another root a view's
 * name is another folder's.
 */
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/calls/root.h"
#include "writable/mounts.h"

/* That of the views; as it is before it is changed first. */
static struct stat home;

static bool has_views(void) {
    if (views.active && home.st_nlink == 0)
        kernel_lstat("/", &home);
    return home.st_nlink > 0;
}

/*
 * After a call that may have changed it: views are off behind another root, and come back with
 * theirs. Of a child between vfork and exec its parent has that as well; none is known that does
 * this.
 */
static void look(void) {
    struct stat root;
    views.active =
        kernel_lstat("/", &root) == 0 && root.st_dev == home.st_dev && root.st_ino == home.st_ino;
    mounts_forget(); /* another namespace has other numbers for them */
}

/*
 * Behind the root that it becomes, the folder's links to the lower one would lead nowhere: it is
 * made real to its end. NULL where it is in no view, or a volume below it stays outside; then the
 * root is the folder of the image.
 */
static const char *make_root(const struct at *at, char path[PATH_MAX]) {
    struct place *place = place_new();
    const char *name = NULL;
    int fd = kernel_openat(at->directory, at->path, O_PATH | O_DIRECTORY);
    if (place != NULL && fd >= 0 && place_physical(fd, place->rest) == 0 &&
        place_standing(place->rest, &name) != STANDS_OUTSIDE &&
        text_copy(place->target, PATH_MAX, name) &&
        view_upper_path(path, PATH_MAX, place->target)) {
        bool whole = lift(AT_FDCWD, path, LIFT_ENTRY, place) == STANDS_UPPER;
        int error = whole ? lift_whole(place) : 0;
        name = whole && (error == 0 || error == -ESTALE) ? path : path + views.tree_length;
    } else {
        name = NULL;
    }
    if (fd >= 0)
        kernel_close(fd);
    if (place != NULL)
        place_free(place);
    return name;
}

DOOR int chroot(const char *path) {
    char upper[sizeof views.tree + PATH_MAX];
    AT(at, AT_FDCWD, path);
    const char *root = NULL;
    /* Who may not is not to have anything copied for it. */
    if (at.inside && system_call3(SYS_chroot, (long)"/", 0, 0) == 0)
        root = make_root(&at, upper);
    if (!has_views())
        return NEXT(chroot)(at.path);
    int result = NEXT(chroot)(root != NULL ? root : at.path);
    if (result == 0)
        look();
    return result;
}

DOOR int setns(int fd, int type) {
    bool viewed = has_views();
    int result = NEXT(setns)(fd, type);
    if (result == 0 && viewed)
        look();
    return result;
}

/* A copy of the mounts, with numbers of its own. */
DOOR int unshare(int flags) {
    int result = NEXT(unshare)(flags);
    if (result == 0 && (flags & CLONE_NEWNS) != 0)
        mounts_forget();
    return result;
}

long pivot_root_viewed(const char *root, const char *old) {
    typedef long syscall_function(long number, ...);
    has_views();
    long result = ((syscall_function *)NEXT(syscall))(SYS_pivot_root, root, old);
    if (result == 0)
        look();
    return result;
}
