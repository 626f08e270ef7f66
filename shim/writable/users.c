#include "writable/users.h"

#include <sys/file.h>
#include <sys/mman.h>

#include "core/folder.h"
#include "core/kernel.h"
#include "writable/upper.h"
#include "writable/view.h"

void users_file(char path[PATH_MAX]) {
    upper_path(path, "users");
}

static int users_open(void) {
    char path[PATH_MAX];
    users_file(path);
    return upper_open_shared(path, O_RDONLY);
}

/*
 * A lock of flock(2) is the open file's, and a mapping keeps that (mmap(2)): no descriptor, which a
 * program might close or be surprised by, is needed. overlayfs maps the file of the layer below,
 * and the lock goes with the descriptor; but what lies on a container's own root is used by its own
 * processes, whose mappings /proc tells.
 */
void users_join(void) {
    int fd = users_open();
    if (fd < 0)
        return;
    while (kernel_flock(fd, LOCK_SH) == -EINTR)
        ;
    system_call_mmap(0, 1, PROT_NONE, MAP_PRIVATE, fd, 0);
    kernel_close(fd);
}

/* At one stroke each, so that removing them holds up nobody. The tree first: an expanded folder
 * without its record would be taken for the user's own. */
static int set_aside(char aside[3][PATH_MAX]) {
    static const char *const names[] = {"tree", "names", "links"};
    char path[PATH_MAX];
    int error = 0;
    record_remove(views.upper, "stamp"); /* from here on the next process prepares all anew */
    upper_path(path, "tree");
    kernel_chmod(path, 0700); /* of a folder above the views: only a writable one can be moved */
    for (int i = 0; i < 3 && error == 0; i++) {
        upper_path(path, names[i]);
        upper_work_path(aside[i]);
        error =
            (int)system_call(SYS_renameat2, AT_FDCWD, (long)path, AT_FDCWD, (long)aside[i], 0, 0);
        error = error == -ENOENT ? 0 : error;
    }
    return error;
}

int users_clear(bool (*seen)(const char *file), bool keep) {
    char aside[3][PATH_MAX] = {"", "", ""};
    char path[PATH_MAX];
    struct upper_lock lock;
    int error = upper_lock(&lock);
    if (error != 0)
        return error;
    /* Who joins after this has not looked at the stamp yet. */
    int fd = users_open();
    error = fd < 0 ? fd : kernel_flock(fd, LOCK_EX | LOCK_NB);
    users_file(path);
    if ((error == 0 || error == -EWOULDBLOCK) && (seen(path) || error != 0))
        error = -EBUSY;
    if (error == 0 && !keep)
        error = set_aside(aside);
    if (fd >= 0)
        kernel_close(fd);
    upper_unlock(&lock);
    for (int i = 0; i < 3; i++)
        if (aside[i][0] != '\0')
            upper_remove(aside[i]);
    return error;
}
