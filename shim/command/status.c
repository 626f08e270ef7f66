/* qlshim status: the sockets that were redirected here, live and stale, and what was written in
 * folders that are another's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "command/as_owner.h"
#include "command/command.h"
#include "command/layer.h"
#include "command/options.h"
#include "command/plain.h"
#include "core/descriptor.h"
#include "core/folder.h"
#include "core/settings.h"
#include "core/text.h"
#include "sockets/address.h"
#include "sockets/alive.h"
#include "sockets/collect.h"
#include "sockets/names.h"
#include "writable/view.h"

static const char usage[] =
    "usage: qlshim status [--clean]\n"
    "\n"
    "Lists this user's redirected sockets: whether some process has each, the path that its\n"
    "program named, and where it really is; and what he wrote in folders that are another's\n"
    "(QLSHIM_WRITABLE): where that lies, how large it is, who uses it. For root those of all "
    "users.\n"
    "\n"
    "  --clean   removes the stale ones, which no process has, and are older than five seconds;\n"
    "            what stands at the paths that their programs named stays; and takes away what\n"
    "            was written in others' folders, where no process uses it\n"
    "  --help    this text\n";

/* Shared with the processes that look at others' folders. */
struct counts {
    unsigned live;
    unsigned stale;
};
static struct counts *counts;
static bool clean;

/* `pinned`: the same by the descriptor of its folder. */
static void print_socket(const char *address, const char *pinned) {
    struct sockaddr_un socket_address;
    char path[SOCKET_PATH_SIZE];
    socklen_t length = address_set(&socket_address, pinned);
    int error = socket_alive((const struct sockaddr *)&socket_address, length);
    bool stale = error == -ECONNREFUSED;
    counts->stale += stale;
    counts->live += !stale;
    fputs(stale ? "stale  " : "live   ", stdout);
    plain_print(names_recorded(address, path) ? path : "(the name was not recorded)");
    printf("  ->  %s\n", address);
}

/* False where it does not fit. */
static bool join(char path[PATH_MAX], const char *folder, const char *name) {
    struct text text = text_in(path, PATH_MAX);
    text_append(&text, folder);
    text_append(&text, "/");
    text_append(&text, name);
    return !text.cut;
}

/* The sockets in one private folder, in the order of their addresses. */
static void list_folder(int fd, const char *folder) {
    struct dirent **entries = NULL;
    struct private_address parts;
    struct stat status;
    char pinned_folder[DESCRIPTOR_PATH_SIZE];
    descriptor_path(fd, pinned_folder);
    int count = scandirat(fd, ".", &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char address[PATH_MAX];
        char pinned[PATH_MAX];
        const char *name = entries[i]->d_name;
        if (join(address, folder, name) && address_is_private(address, &parts) &&
            join(pinned, pinned_folder, name) &&
            fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode))
            print_socket(address, pinned);
        free(entries[i]);
    }
    free(entries);
}

/*
 * Whether a name in QLSHIM_TMPDIR is that of a private folder to be shown, and whose:
 * `.qlshim-<uid>` with or without digits behind it. An address in it tells, as it does for the
 * library.
 */
static bool is_shown(const char *folder, uid_t *owner) {
    char address[PATH_MAX];
    struct private_address parts;
    if (!join(address, folder, "0123456789abcdef") || !address_is_private(address, &parts))
        return false;
    *owner = parts.owner;
    return geteuid() == 0 || geteuid() == parts.owner;
}

/* Its descriptor. Its owner may exchange it: from here on its path only is printed. */
static int open_private_folder(const char *folder) {
    uid_t owner;
    if (!is_shown(folder, &owner))
        return -1;
    int found = folder_open(folder, owner);
    int fd = openat(found, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(found); /* EBADF of an errno */
    return fd;
}

static void visit_sockets(int fd, const char *folder) {
    if (clean)
        collect_all(fd);
    list_folder(fd, folder);
}

/* Those of sockets whose own folders are closed to others (sockets/closed.h). */
static void visit_closed_folders(int private, const char *path) {
    struct dirent **entries = NULL;
    int count = scandirat(private, ".", &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char folder[PATH_MAX];
        int fd = -1;
        if (strspn(entries[i]->d_name, "0123456789abcdef") == 8 && entries[i]->d_name[8] == '\0' &&
            join(folder, path, entries[i]->d_name))
            fd = open_private_folder(folder);
        free(entries[i]);
        if (fd < 0)
            continue;
        visit_sockets(fd, folder);
        close(fd);
    }
    free(entries);
}

static void look_into_folder(const char *folder) {
    int fd = open_private_folder(folder);
    if (fd < 0)
        return;
    visit_sockets(fd, folder);
    visit_closed_folders(fd, folder);
    close(fd);
}

/* A socket there may be a link by the time that it is connected to. */
static void visit_folder(const char *folder) {
    uid_t owner;
    int fd = is_shown(folder, &owner) ? open_private_folder(folder) : -1;
    if (fd < 0)
        return;
    close(fd);
    if (owner == geteuid()) {
        look_into_folder(folder);
    } else if (!as_owner(owner, look_into_folder, folder)) {
        plain_print(folder);
        puts(": it could not be looked at to its end with its owner's rights");
    }
}

/* Where it lies without QLSHIM_UPPER. */
static void visit_layer(const char *folder) {
    char upper[PATH_MAX];
    struct stat status;
    int fd = open_private_folder(folder);
    if (fd < 0)
        return;
    if (join(upper, folder, "upper") && fstatat(fd, "upper", &status, AT_SYMLINK_NOFOLLOW) == 0)
        layer_visit(upper, status.st_uid, clean);
    close(fd);
}

typedef void visitor(const char *folder);

/* The private folders in a place. */
static void visit_place(const char *place, visitor *visit) {
    struct dirent **entries = NULL;
    int count = scandir(place, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char folder[PATH_MAX];
        bool ours = strncmp(entries[i]->d_name, ".qlshim-", 8) == 0 &&
                    join(folder, place, entries[i]->d_name);
        free(entries[i]);
        if (ours)
            visit(folder);
    }
    free(entries);
}

static void visit_places(visitor *visit) {
    if (settings.tmpdir[0] != '\0') {
        visit_place(settings.tmpdir, visit);
        return;
    }
    visit_place("/tmp", visit);
    if (settings.runtime_dir[0] != '\0')
        visit_place(settings.runtime_dir, visit);
    visit_place("/dev/shm", visit);
}

static void visit_layers(void) {
    const char *named = getenv("QLSHIM_UPPER");
    char upper[VIEW_LONGEST + 1];
    struct stat status;
    visit_places(visit_layer);
    if (named != NULL && view_clean(named, strlen(named), upper) && lstat(upper, &status) == 0 &&
        (geteuid() == 0 || geteuid() == status.st_uid))
        layer_visit(upper, status.st_uid, clean);
}

int command_status(int argc, char *argv[]) {
    int first = 0;
    int result = options_flag(argc, argv, usage, "clean", &clean, &first);
    if (result != OPTIONS_READ)
        return result;
    if (first != argc) {
        fprintf(stderr, "qlshim: status takes no argument: %s; see qlshim status --help\n",
                argv[first]);
        return EXIT_USAGE;
    }
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED) {
        perror("qlshim: status");
        return 1;
    }
    unsetenv("QLSHIM_DISABLE"); /* of programs, not of this question */
    settings_load(environ, false);
    visit_places(visit_folder);
    if (counts->live + counts->stale == 0)
        puts("no redirected sockets");
    else
        printf("%u live, %u stale\n", counts->live, counts->stale);
    visit_layers();
    return 0;
}
