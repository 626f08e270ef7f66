/* Folders of the image that belong to another, and the setting for them: QLSHIM_WRITABLE. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "command/doctor/doctor.h"
#include "command/doctor/report.h"
#include "command/library.h"
#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/text.h"
#include "exec/inheritance.h"
#include "writable/load.h"
#include "writable/view.h"

/* A mount's number, or where the kernel has none to tell (before Linux 5.8) its device's. */
static bool same_mount(const char *left, const char *right) {
    struct statx one;
    struct statx other;
    if (kernel_statx(AT_FDCWD, left, 0, STATX_MNT_ID, &one) != 0 ||
        kernel_statx(AT_FDCWD, right, 0, STATX_MNT_ID, &other) != 0)
        return false;
    if ((one.stx_mask & other.stx_mask & STATX_MNT_ID) != 0)
        return one.stx_mnt_id == other.stx_mnt_id;
    return one.stx_dev_major == other.stx_dev_major && one.stx_dev_minor == other.stx_dev_minor;
}

bool folder_is_image(const char *path) {
    char physical[PATH_MAX];
    char view[VIEW_LONGEST + 1];
    return geteuid() != 0 && realpath(path, physical) != NULL &&
           view_clean(physical, strlen(physical), view) && same_mount("/", physical) &&
           kernel_access_effective(physical, R_OK | X_OK) == 0 &&
           kernel_access_effective(physical, W_OK) != 0;
}

/* The folders of the setting, one by one; NULL at the end. */
static const char *next_folder(const char **list, size_t *length) {
    while (*list != NULL && **list == ':')
        ++*list;
    if (*list == NULL || **list == '\0')
        return NULL;
    const char *folder = *list;
    *length = strcspn(folder, ":");
    *list += *length;
    return folder;
}

static bool is_view(const char *path) {
    char physical[PATH_MAX];
    char wanted[VIEW_LONGEST + 1];
    char view[VIEW_LONGEST + 1];
    const char *list = getenv("QLSHIM_WRITABLE");
    size_t length;
    if (realpath(path, physical) == NULL || !view_clean(path, strlen(path), wanted))
        return false;
    for (const char *folder; (folder = next_folder(&list, &length)) != NULL;)
        if (view_clean(folder, length, view) &&
            (view_holds(view, physical) || view_holds(view, wanted)))
            return true;
    return false;
}

/* With the setting HOME is one, too (writable/load.c). */
bool folder_is_view(const char *path) {
    const char *list = getenv("QLSHIM_WRITABLE");
    const char *home = getenv("HOME");
    char view[VIEW_LONGEST + 1];
    char wanted[VIEW_LONGEST + 1];
    return list != NULL && *list != '\0' &&
           (is_view(path) || (home != NULL && view_clean(home, strlen(home), view) &&
                              view_clean(path, strlen(path), wanted) && view_holds(view, wanted)));
}

void advise_writable(struct finding *finding, const char *folder, bool asked) {
    const char *others = getenv("QLSHIM_WRITABLE");
    bool several = others != NULL && *others != '\0';
    if (is_view(folder)) {
        finding->status = FINDING_MENDED;
        finding->remedy =
            "QLSHIM_WRITABLE names it: what is written lies in a folder of the user's";
        return;
    }
    finding->status = asked ? FINDING_NEEDS_READER : FINDING_NOTE;
    finding->remedy = text_of(
        "set QLSHIM_WRITABLE=%s%s%s if programs are to write there: what they write lies in a "
        "folder "
        "of the user's",
        several ? others : "", several ? ":" : "", folder);
}

bool examine_place_of(const char *path, bool asked) {
    char *folder = strdup(path);
    struct stat status;
    char *slash;
    while (folder != NULL && (slash = strrchr(folder, '/')) != NULL && slash != folder) {
        *slash = '\0';
        if (stat(folder, &status) == 0 || errno != ENOENT)
            break;
    }
    bool image = folder != NULL && folder[0] == '/' && folder_is_image(folder);
    if (image) {
        struct finding finding = {
            .area = "folders",
            .subject = path,
            .fact = text_of("is not there, and %s cannot be written by uid %u", folder, geteuid()),
            .message = text_of("`EACCES: permission denied, mkdir '%s'`", path),
        };
        advise_writable(&finding, folder, asked);
        report(&finding);
    }
    free(folder);
    return image;
}

/* --- the setting ----------------------------------------------------------------------------- */

/* NULL where the folder can be a view. */
static const char *unusable(const char *folder, size_t length) {
    char view[VIEW_LONGEST + 1];
    struct stat status;
    if (!view_clean(folder, length, view))
        return "not an absolute path, or one that can be no view";
    if (stat(view, &status) != 0)
        return errno_name(errno);
    if (!S_ISDIR(status.st_mode))
        return errno_name(ENOTDIR);
    return kernel_access_effective(view, R_OK | X_OK) != 0 ? "cannot be read" : NULL;
}

static void examine_folders(const char *list) {
    size_t length;
    for (const char *folder; (folder = next_folder(&list, &length)) != NULL;) {
        const char *why = unusable(folder, length);
        if (why != NULL)
            report(
                &(struct finding){.area = "folders",
                                  .status = FINDING_NEEDS_READER,
                                  .subject = text_of("QLSHIM_WRITABLE=%.*s", (int)length, folder),
                                  .fact = why,
                                  .remedy = "name a folder that is there and can be read"});
    }
}

static void examine_second(void) {
    char library[PATH_MAX];
    if (!locate_library(library))
        return; /* told of already */
    const char *second =
        text_of("%.*s%s", (int)(text_base(library) - library), library, PRELOAD_SECOND);
    struct finding finding = {.area = "folders", .subject = second};
    if (access(second, R_OK) != 0) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = errno_name(errno);
        finding.message = "`QLSHIM_WRITABLE: cannot load " PRELOAD_SECOND "`";
        finding.remedy = "put it beside libqlshim.so: QLSHIM_WRITABLE takes it";
    } else {
        examine_library_file(second, &finding);
    }
    if (finding.status != FINDING_FINE)
        report(&finding);
}

static void examine_upper(void) {
    char upper[VIEW_LONGEST + 1];
    struct statvfs filesystem;
    if (!views_upper_folder(upper, sizeof upper))
        return; /* of QLSHIM_UPPER or the private folder, which are told of */
    struct finding finding = {.area = "folders",
                              .subject = upper,
                              .fact = "what is written below QLSHIM_WRITABLE lies here"};
    char *place = strdup(upper);
    char *slash = place != NULL ? strrchr(place, '/') : NULL;
    if (slash != NULL && slash != place && statvfs(place, &filesystem) != 0)
        *slash = '\0'; /* made when it is needed */
    if (place == NULL || statvfs(place, &filesystem) != 0) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact =
            text_of("what is written below QLSHIM_WRITABLE cannot lie here: %s", errno_name(errno));
        finding.remedy = "set QLSHIM_UPPER to a folder that can be made";
    } else if (kernel_access_effective(place, W_OK | X_OK) != 0) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact =
            "what is written below QLSHIM_WRITABLE cannot lie here: it cannot be written";
        finding.remedy = "set QLSHIM_UPPER to a folder that can be written";
    } else if ((filesystem.f_flag & ST_NOEXEC) != 0) {
        finding.status = FINDING_NOTE;
        finding.fact = "what is written below QLSHIM_WRITABLE lies here, and it is mounted noexec";
        finding.message =
            "`Permission denied` where a program or a .node file that was written there is started";
        finding.remedy =
            "`--tmpfs /tmp:exec`, or set QLSHIM_UPPER to a folder on a volume without noexec";
    }
    report(&finding);
    free(place);
}

void examine_writable(void) {
    const char *list = getenv("QLSHIM_WRITABLE");
    if (list == NULL || *list == '\0' || geteuid() == 0)
        return;
    examine_second();
    examine_folders(list);
    examine_upper();
}
