#include "writable/calls/noexec.h"

#include "core/kernel.h"
#include "core/log.h"
#include "writable/place.h"

enum { NOEXEC = 8 }; /* ST_NOEXEC, statvfs(3) */

/* A lower file's volume is not the user's to choose, and a file without an x cannot be started
 * anywhere. */
static bool is_on_noexec(const struct at *at, bool library) {
    char physical[PATH_MAX];
    struct stat status;
    struct statfs volume;
    int fd = kernel_openat(at->directory, at->path, O_PATH);
    if (fd < 0)
        return false;
    bool upper = place_physical(fd, physical) == 0 && view_is_upper(physical);
    bool executable = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 &&
                      S_ISREG(status.st_mode) && (library || (status.st_mode & 0111) != 0);
    kernel_close(fd);
    return upper && executable && kernel_statfs(physical, &volume) == 0 &&
           (volume.f_flags & NOEXEC) != 0;
}

__attribute__((noinline)) void noexec_explain(const struct at *at, bool library) {
    if (at->inside && is_on_noexec(at, library))
        log_error_once(library ? "cannot load " : "cannot start ", at->given_path, ": ",
                       views.upper, " is mounted noexec; QLSHIM_UPPER names another folder");
}
