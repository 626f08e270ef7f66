/*
 * The doors of opendir(3), chdir(2), mkdir(2), rename(2), unlink(2) and remove(3): a cron program's
 * files are elsewhere (cron/paths.h). truncate(2) does not write a marker, and rename(2) of a moved
 * socket's one name to its other does nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls/open.h"
#include "core/next.h"
#include "cron/paths.h"
#include "cron/replacement.h"
#include "sockets/second_name.h"

DOOR DIR *opendir(const char *path) {
    return NEXT(opendir)(cron_path(path));
}

DOOR int chdir(const char *path) {
    return NEXT(chdir)(__builtin_expect(cron_program == CRON_NONE, 1) ? path
                                                                      : cron_working_folder(path));
}

DOOR int mkdir(const char *path, mode_t mode) {
    return NEXT(mkdir)(cron_path(path), mode);
}

DOOR int rename(const char *old_path, const char *new_path) {
    old_path = cron_path(old_path);
    if (__builtin_expect(cron_program == CRON_CRONTAB, 0)) {
        int error = cron_replacement_error(old_path);
        if (error != 0) {
            errno = -error;
            return -1;
        }
    }
    if (second_name_renamed(old_path, new_path))
        return 0;
    return NEXT(rename)(old_path, cron_path(new_path));
}

DOOR int unlink(const char *path) {
    return NEXT(unlink)(cron_path(path));
}

/* dcron's daemon removes its messages so (database.c, CheckUpdates); libc goes past unlink's door.
 */
DOOR int remove(const char *path) {
    return NEXT(remove)(cron_path(path));
}

DOOR int truncate(const char *path, off_t length) {
    return truncate_refused(path) ? -1 : NEXT(truncate)(path, length);
}

DOOR_ALIAS_WIDE(truncate64, truncate);
