#include "command/layer.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/as_owner.h"
#include "command/plain.h"
#include "core/errno_name.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"
#include "writable/record.h"
#include "writable/users.h"
#include "writable/view.h"

/* --- who uses it ----------------------------------------------------------------------------- */

static uid_t owner_asked;
static unsigned users_seen;

static bool has_mapped(FILE *maps, const char *file) {
    char *line = NULL;
    size_t capacity = 0;
    bool found = false;
    while (!found && getline(&line, &capacity, maps) > 0) {
        line[strcspn(line, "\n")] = '\0';
        const char *path = strchr(line, '/');
        found = path != NULL && strcmp(path, file) == 0;
    }
    free(line);
    return found;
}

/* Whether a process whose mappings nobody may read (prctl(2), PR_SET_DUMPABLE) is the owner's. */
static bool is_owners(const char *process) {
    char path[sizeof "/proc//status" + NAME_MAX];
    char line[256];
    unsigned real;
    unsigned effective;
    bool is = false;
    snprintf(path, sizeof path, "/proc/%s/status", process);
    FILE *status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "Uid: %u %u", &real, &effective) == 2)
            is = effective == owner_asked;
    if (status != NULL)
        fclose(status);
    return is;
}

/*
 * Whether a program has the setting from its start. One that is just being executed has lost the
 * mapping of the one before it, and has none of its own until the library is loaded; for a moment
 * its environment is not there yet.
 */
static bool has_setting(const char *process) {
    char path[sizeof "/proc//environ" + NAME_MAX];
    char *variable = NULL;
    size_t capacity = 0;
    bool none = true;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%s/environ", process);
    FILE *environment = fopen(path, "re");
    while (environment != NULL && !found && getdelim(&variable, &capacity, '\0', environment) > 0) {
        none = false;
        found = settings_value(variable, "QLSHIM_WRITABLE") != NULL;
    }
    free(variable);
    if (environment != NULL)
        fclose(environment);
    return found || none;
}

static bool uses(const char *process, const char *file) {
    char path[sizeof "/proc//maps" + NAME_MAX];
    snprintf(path, sizeof path, "/proc/%s/maps", process);
    FILE *maps = fopen(path, "re");
    if (maps == NULL)
        return errno == EACCES && is_owners(process);
    bool found = has_mapped(maps, file);
    bool ended = ftell(maps) == 0; /* a zombie has no memory */
    fclose(maps);
    return found || (!ended && is_owners(process) && has_setting(process));
}

static bool count_users(const char *file) {
    DIR *processes = opendir("/proc");
    pid_t own = getpid();
    users_seen = 0;
    for (struct dirent *entry; processes != NULL && (entry = readdir(processes)) != NULL;)
        users_seen += isdigit((unsigned char)entry->d_name[0]) &&
                      strtol(entry->d_name, NULL, 10) != own && uses(entry->d_name, file);
    if (processes != NULL)
        closedir(processes);
    return users_seen > 0;
}

/* --- what is in it --------------------------------------------------------------------------- */

struct contents {
    bool print;
    unsigned written;
    unsigned removed;
    unsigned long long bytes;
};

static void tell(struct contents *contents, const char *what, unsigned *count, const char *path,
                 const char *slash) {
    ++*count;
    if (!contents->print)
        return;
    printf("       %s  ", what);
    plain_print(path);
    puts(slash);
}

static bool join(char path[PATH_MAX], const char *folder, const char *name) {
    struct text text = text_in(path, PATH_MAX);
    text_append(&text, text_equal(folder, "/") ? "" : folder);
    text_append(&text, "/");
    text_append(&text, name);
    return !text.cut;
}

/* A link that is the lower folder's own was copied with the folder. */
static bool is_link_of_lower(char *target, ssize_t length, const char *path) {
    char lower[PATH_MAX];
    size_t shown = link_show(target, (size_t)length);
    ssize_t lower_length = readlink(path, lower, sizeof lower);
    return lower_length >= 0 && (size_t)lower_length == shown && memcmp(lower, target, shown) == 0;
}

static void walk(struct contents *contents, int fd, const char *folder, bool own);

static void walk_entry(struct contents *contents, int fd, const char *name, const char *path,
                       bool own) {
    char target[PATH_MAX];
    struct stat status;
    if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    ssize_t length = S_ISLNK(status.st_mode) ? readlinkat(fd, name, target, sizeof target) : -1;
    if (length >= 0 && (farm_kind(target, (size_t)length) != FARM_NONE ||
                        (!own && is_link_of_lower(target, length, path))))
        return;
    contents->bytes += (unsigned long long)status.st_blocks * 512;
    bool folder = S_ISDIR(status.st_mode);
    bool expanded = folder && !own && record_state(path) != RECORD_NONE;
    if (!own && !expanded)
        tell(contents, "written", &contents->written, path, folder ? "/" : "");
    if (folder) /* closes what it gets */
        walk(contents, openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), path,
             own || !expanded);
}

/* The names that an expanded folder had, and has no more. */
static void tell_removed(struct contents *contents, int fd, const char *folder) {
    struct stat status;
    char path[PATH_MAX];
    size_t size = 0;
    char *names = record_names(folder, &size);
    for (const char *name = names; names != NULL && name < names + size; name += strlen(name) + 1)
        if (name != names && fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0 &&
            errno == ENOENT && join(path, folder, name))
            tell(contents, "removed", &contents->removed, path, "");
    if (names != NULL)
        kernel_release(names, size);
}

/* By descriptors: what another puts there meanwhile leads nowhere else. */
static void walk(struct contents *contents, int fd, const char *folder, bool own) {
    struct dirent **entries = NULL;
    int count = fd >= 0 ? scandirat(fd, ".", &entries, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        const char *name = entries[i]->d_name;
        if (!text_equal(name, ".") && !text_equal(name, "..") && join(path, folder, name))
            walk_entry(contents, fd, name, path, own);
        free(entries[i]);
    }
    free(entries);
    if (fd >= 0 && !own)
        tell_removed(contents, fd, folder);
    if (fd >= 0)
        close(fd);
}

static struct contents walk_tree(bool print) {
    struct contents contents = {.print = print};
    walk(&contents, open(views.tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "/", false);
    return contents;
}

/* --- status ---------------------------------------------------------------------------------- */

static void print_size(unsigned long long bytes) {
    if (bytes < 1024ULL * 1024)
        printf("%llu KiB", bytes / 1024);
    else
        printf("%llu MiB", bytes / (1024ULL * 1024));
}

static void print_use(int error) {
    if (error == 0)
        fputs("not in use", stdout);
    else if (error != -EBUSY)
        printf("cannot be looked at: %s", errno_name(-error));
    else if (users_seen == 0)
        fputs("in use by processes that are not seen here", stdout);
    else
        printf("in use by %u process%s", users_seen, users_seen == 1 ? "" : "es");
}

static bool name_layer(const char *upper) {
    struct stat status;
    struct text tree = text_in(views.tree, sizeof views.tree);
    text_append(&tree, upper);
    text_append(&tree, "/tree");
    views.tree_length = tree.length;
    return text_copy(views.upper, sizeof views.upper, upper) && !tree.cut &&
           lstat(views.tree, &status) == 0 && S_ISDIR(status.st_mode);
}

static void visit(const char *upper) {
    struct contents contents = walk_tree(false);
    fputs("layer  ", stdout);
    plain_print(upper);
    printf(": %u written, %u removed, ", contents.written, contents.removed);
    print_size(contents.bytes);
    fputs(", ", stdout);
}

static void visit_own(const char *upper, bool clean) {
    visit(upper);
    int error = users_clear(count_users, !clean);
    print_use(error);
    puts(!clean ? "" : error == 0 ? ": taken away" : ": it stays");
    if (!clean || error != 0)
        walk_tree(true);
}

/* Only looked at: its lock is not touched. */
static void visit_others(const char *upper) {
    char file[PATH_MAX];
    if (folder_check(upper, owner_asked) != 0 || !name_layer(upper))
        return;
    visit(upper);
    users_file(file);
    print_use(count_users(file) ? -EBUSY : 0);
    puts("");
    walk_tree(true);
}

void layer_visit(const char *upper, uid_t owner, bool clean) {
    owner_asked = owner;
    users_seen = 0;
    if (geteuid() != owner && !as_owner(owner, visit_others, upper)) {
        fputs("layer  ", stdout);
        plain_print(upper);
        puts(": it could not be looked at to its end with its owner's rights");
    } else if (geteuid() == owner && folder_check(upper, owner) == 0 && name_layer(upper)) {
        visit_own(upper, clean);
    }
}
