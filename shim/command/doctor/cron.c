#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/account.h"
#include "command/doctor/doctor.h"
#include "command/doctor/program.h"
#include "command/doctor/report.h"
#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"
#include "cron/crons.h"
#include "cron/ownership.h"
#include "cron/state.h"
#include "exec/target.h"
#include "identity/home.h"

/* cron's folders, which a user's PATH seldom has. */
static bool find_program(const char *name, char path[PATH_MAX]) {
    const char *search = getenv("PATH");
    return (search != NULL && target_find(name, search, path)) ||
           target_find(name, "/usr/sbin:/sbin:/usr/local/sbin", path);
}

static bool holds(const char *path, const char *bytes, size_t length) {
    struct stat status;
    int fd = open_regular(path, 0, &status);
    if (fd < 0 || status.st_size == 0)
        return fd >= 0 && close(fd) != 0;
    size_t size = (size_t)status.st_size;
    void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    bool found = file != MAP_FAILED && memmem(file, size, bytes, length) != NULL;
    if (file != MAP_FAILED)
        munmap(file, size);
    close(fd);
    return found;
}

/* As the library tells it: by what the file holds, since it may have any name. */
static bool is_busybox(const char *path) {
    const char *mark = crons_box_mark(CRON_BUSYBOX);
    return holds(path, mark, strlen(mark));
}

/*
 * Which applets a busybox has is chosen when it is built, and Debian's has no crond. Their names
 * are one list, each with a NUL behind it (include/applet_tables.h).
 */
static bool lacks_applet(const char *busybox, const char *applet) {
    char name[24];
    struct text text = text_in(name + 1, sizeof name - 1);
    name[0] = '\0';
    text_append(&text, applet);
    return !holds(busybox, name, text.length + 2);
}

static bool writable(const char *folder) {
    return kernel_access_effective(folder, W_OK | X_OK) == 0;
}

static const char *crontab_message(bool busybox) {
    if (busybox)
        return "`must be suid to work properly`";
    if (files_system.find_uid(geteuid()) == ENTRY_MISSING)
        return "`your UID isn't in the passwd file`";
    return "`crontabs: mkstemp: Permission denied`, where its set-gid bit is without effect "
           "(no-new-privileges)";
}

static const char *daemon_message(bool busybox) {
    if (busybox)
        return "`can't change directory to '/var/spool/cron/crontabs'`, `can't set groups: "
               "Operation not permitted`";
    return "`can't open or create /var/run/crond.pid: Permission denied`, `seteuid: Operation not "
           "permitted`";
}

static bool is_out_of_reach(enum reach reach) {
    return reach == REACH_STATIC || reach == REACH_GO || reach == REACH_OTHER_CLASS;
}

static bool is_in_reach(const char *path) {
    char interpreter[PATH_MAX];
    return !is_out_of_reach(program_reach(path, interpreter));
}

/* Finds a busybox, called so, that has a crond. */
static bool find_busybox(char path[PATH_MAX]) {
    return find_program("busybox", path) && is_busybox(path) && !lacks_applet(path, "crond");
}

/* A cron of this image that runs under the shim, or what to install. */
static const char *find_working_cron(void) {
    static const char *const daemons[] = {"cron", "crond"};
    char path[PATH_MAX];
    for (int i = 0; i < 2; i++)
        if (find_program(daemons[i], path) && is_in_reach(path) &&
            !(is_busybox(path) && lacks_applet(path, daemons[i])))
            return text_of("use %s, which runs as this user", path);
    if (find_busybox(path) && is_in_reach(path))
        return text_of("use `%s crond`, which runs as this user", path);
    return "use a cron that runs as this user: the package cron or cronie, or a dynamically linked "
           "busybox that has a crond, as Alpine's has and Debian's has not";
}

/* Those that are no cron of a user's by their make: their daemons are set-id, or change users. */
static void examine_unreachable(void) {
    static const char *const names[] = {"at", "atd", "fcron", "fcrontab", "incrond", "incrontab"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (find_program(names[i], path) && geteuid() != 0)
            report(&(struct finding){
                .area = "cron",
                .status = FINDING_NOTE,
                .subject = path,
                .fact = "needs root and a spool of root's, and is not moved",
                .remedy = find_working_cron(),
            });
}

/* `subject` is how it is started, which is by its path or by its busybox's. */
static void examine_cron_program(const char *path, const char *subject, bool daemon) {
    char interpreter[PATH_MAX];
    enum reach reach = program_reach(path, interpreter);
    bool busybox = is_busybox(path);
    struct finding finding = {
        .area = "cron",
        .subject = subject,
        .fact = busybox ? "busybox's" : "found",
        .message = daemon ? daemon_message(busybox) : crontab_message(busybox),
    };
    if (busybox && lacks_applet(path, daemon ? "crond" : "crontab")) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = "is a busybox's that was built without it";
        finding.message = "`applet not found`";
        finding.remedy = find_working_cron();
    } else if (geteuid() == 0) {
        finding.fact = "found; root's cron works as it is";
        finding.message = NULL;
    } else if (is_out_of_reach(reach)) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = "is static: out of a preload's reach";
        finding.remedy = find_working_cron();
    } else if (settings.cron_off) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = "left alone, as QLSHIM_CRON=off says";
        finding.remedy = "unset QLSHIM_CRON, if cron is to run as this user";
    } else {
        finding.status = FINDING_MENDED;
        finding.remedy = daemon ? "runs as this user, and this user's jobs"
                                : "works; with `docker exec` by `sh -c` or `qlshim exec`";
    }
    report(&finding);
}

/* Where the spool moves to, with the HOME that the shim would give the daemon. */
static void find_state(char state[PATH_MAX]) {
    const char *home = getenv("HOME");
    const struct account *account = account_get(&files_system);
    struct text text = text_in(state, PATH_MAX);
    if (account != NULL && account->user_missing && !home_usable(home))
        home = account->home;
    cron_state_folder(home, &text);
}

/* The nearest part of the path that is there, which must let the rest be made. */
static void find_nearest(const char *path, char folder[PATH_MAX]) {
    text_copy(folder, PATH_MAX, path);
    while (access(folder, F_OK) != 0) {
        char *slash = strrchr(folder, '/');
        slash[slash == folder] = '\0';
    }
}

/* As the library looks at it (cron/state.c), where it is there already. */
static bool is_anothers(const char *state) {
    char resolved[PATH_MAX];
    return realpath(state, resolved) != NULL && !cron_folder_is_own(resolved);
}

static void examine_state(void) {
    char state[PATH_MAX];
    char nearest[PATH_MAX] = "";
    find_state(state);
    if (state[0] != '\0')
        find_nearest(state, nearest);
    bool anothers = is_anothers(state);
    bool in_view = nearest[0] != '\0' && !writable(nearest) && folder_is_view(nearest);
    bool usable = nearest[0] != '\0' && !anothers && (in_view || writable(nearest));
    report(&(struct finding){
        .area = "cron",
        .status = usable ? FINDING_NOTE : FINDING_NEEDS_READER,
        .subject = state[0] != '\0' ? state : "HOME",
        .fact = in_view && usable  ? "crontabs and cron's pid file are kept in the view of it"
                : usable           ? "crontabs and cron's pid file are kept here"
                : anothers         ? "others can write or replace it"
                : state[0] != '\0' ? "cannot be written"
                                   : "is not set, so cron's files have no place",
        .message = usable ? NULL : "`cannot keep cron's files …`",
        .remedy = usable && !in_view && strstr(state, "/.qlshim-") == NULL
                      ? NULL
                      : "set QLSHIM_STATE to a folder of your own on a volume, so that crontabs "
                        "outlive the container",
    });
}

/* All that are found by a name of their own, or none. */
static bool examine_cron_programs(void) {
    static const char *const names[] = {"crontab", "cron", "crond"};
    char path[PATH_MAX];
    bool any = false;
    for (int i = 0; i < 3; i++)
        if (find_program(names[i], path)) {
            examine_cron_program(path, path, i > 0);
            any = true;
        }
    return any;
}

void examine_cron(void) {
    char path[PATH_MAX];
    bool any = examine_cron_programs();
    /* Nextcloud's image starts its own by `busybox crond`. */
    if (!find_program("crond", path) && find_busybox(path)) {
        examine_cron_program(path, text_of("%s crond", path), true);
        any = true;
    }
    examine_unreachable();
    if (any && geteuid() != 0 && !settings.cron_off && !writable("/var/spool/cron/crontabs"))
        examine_state();
}
