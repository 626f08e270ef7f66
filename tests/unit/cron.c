/* The policy of cron: which program, where its files are, whom it may become. */
#include "unit/unit.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>

#include "core/text.h"
#include "cron/credentials.h"
#include "cron/paths.h"
#include "cron/program.h"
#include "cron/state.h"

enum { USER_ID = 23456, GROUP_ID = 23457 };

extern char **environ;

static void programs_are_known_by_their_last_part(void **state) {
    (void)state;
    static const char *const daemons[] = {"cron",       "/usr/sbin/cron",       "crond",
                                          "./anacron",  "/usr/sbin/bcron-exec", "bcron-spool",
                                          "bcron-sched"};
    static const char *const others[] = {"",         "cron/",   "crontabs",    "croniex", "mycron",
                                         "/cron/sh", "busybox", "bcron-start", "bcrontab"};
    for (size_t i = 0; i < sizeof daemons / sizeof daemons[0]; i++)
        assert_int_equal(cron_program_named(daemons[i]), CRON_DAEMON);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(cron_program_named(others[i]), CRON_NONE);
    assert_int_equal(cron_program_named("/usr/bin/crontab"), CRON_CRONTAB);
}

static enum cron_box box;

static enum cron_box this_box(void) {
    return box;
}

/* What a program is that is in `of`, executed by this path with these arguments. */
static const struct cron *row(enum cron_box of, const char *executed, char *first, char *second,
                              enum cron_program *program) {
    char *argv[] = {first, second, NULL};
    box = of;
    *program = CRON_NONE;
    return cron_row(executed, argv, this_box, program);
}

static void assert_row(enum cron_box of, const char *executed, char *first, char *second,
                       enum cron_program expected, enum cron_box expected_box) {
    enum cron_program program;
    const struct cron *cron = row(of, executed, first, second, &program);
    assert_non_null(cron);
    assert_int_equal(program, expected);
    assert_int_equal(cron->box, expected_box);
}

static void assert_no_row(enum cron_box of, const char *executed, char *first, char *second) {
    enum cron_program program;
    assert_null(row(of, executed, first, second, &program));
    assert_int_equal(program, CRON_NONE);
}

static void a_box_is_what_it_is_called_as_and_holds(void **state) {
    (void)state;
    /* A link or a hard link, whatever the file's name; the name by which the helper keeps it. */
    assert_row(CRON_BUSYBOX, "/x/crontab", "crontab", NULL, CRON_CRONTAB, CRON_BUSYBOX);
    assert_row(CRON_BUSYBOX, "/x/bb", "crontab", NULL, CRON_CRONTAB, CRON_BUSYBOX);
    assert_row(CRON_BUSYBOX, "/proc/self/exe", "/bin/crond", "-f", CRON_DAEMON, CRON_BUSYBOX);
    assert_row(CRON_BUSYBOX, "/bin/busybox", "busybox", "crond", CRON_DAEMON, CRON_BUSYBOX);
    assert_row(CRON_BUSYBOX, "/bin/busybox", "-crond", "-f", CRON_DAEMON, CRON_BUSYBOX);
    assert_row(CRON_TOYBOX, "/bin/toybox", "toybox", "crontab", CRON_CRONTAB, CRON_TOYBOX);
    assert_row(CRON_BUSYBOX, "/lib/ld-musl-x86_64.so.1", "/x/crontab", "-l", CRON_CRONTAB,
               CRON_BUSYBOX);
    assert_row(CRON_BUSYBOX, "/sbin/start-stop-daemon", "start-stop-daemon", NULL, CRON_TOOL,
               CRON_UNBOXED);
    assert_row(CRON_UNBOXED, "/usr/sbin/crond", "crond", "-n", CRON_DAEMON, CRON_UNBOXED);
    assert_row(CRON_UNBOXED, "/usr/bin/crontab", "x", NULL, CRON_CRONTAB, CRON_UNBOXED);
    assert_row(CRON_UNBOXED, "/lib64/ld-linux-x86-64.so.2", "/usr/sbin/cron", "-f", CRON_DAEMON,
               CRON_UNBOXED);
    /* No box, so its arguments are its own. */
    assert_no_row(CRON_UNBOXED, "/usr/bin/vim", "crontab", NULL);
    assert_no_row(CRON_UNBOXED, "/usr/bin/man", "man", "crontab");
    assert_no_row(CRON_BUSYBOX, "/bin/bb", "bb", "crond");
    assert_no_row(CRON_BUSYBOX, "/bin/busybox", "busybox", "sh");
    assert_no_row(CRON_BUSYBOX, "/bin/busybox", "busybox", NULL);
}

static void a_script_is_an_init_script(void **state) {
    (void)state;
    assert_row(CRON_UNBOXED, "/etc/init.d/cron", "/bin/sh", "/etc/init.d/cron", CRON_TOOL,
               CRON_UNBOXED);
    assert_row(CRON_UNBOXED, "/etc/init.d/cronie", "/bin/sh", "/etc/init.d/cronie", CRON_TOOL,
               CRON_UNBOXED);
    assert_row(CRON_UNBOXED, "/usr/bin/crontab", "/usr/bin/python3", "/usr/bin/crontab",
               CRON_CRONTAB, CRON_UNBOXED);
    /* Alpine's /bin/sh, which is busybox's. */
    assert_row(CRON_BUSYBOX, "/usr/bin/crontab", "/bin/sh", "/usr/bin/crontab", CRON_CRONTAB,
               CRON_UNBOXED);
    assert_row(CRON_BUSYBOX, "/usr/local/bin/crond", "/bin/sh", "/usr/local/bin/crond", CRON_TOOL,
               CRON_UNBOXED);
}

static const char *state_folder(const char *home, char *environment[]) {
    static char folder[512];
    struct text text = text_in(folder, sizeof folder);
    char **saved = environ;
    environ = environment;
    cron_state_folder(home, &text);
    environ = saved;
    return folder;
}

static void the_state_is_where_the_settings_say(void **state) {
    (void)state;
    char *none[] = {NULL};
    char *absolute[] = {"XDG_STATE_HOME=/state", NULL};
    char *relative[] = {"XDG_STATE_HOME=state", NULL};
    assert_string_equal(state_folder("/home/joe", none), "/home/joe/.local/state/qlshim");
    assert_string_equal(state_folder("/home/joe", absolute), "/state/qlshim");
    assert_string_equal(state_folder("/home/joe", relative), "/home/joe/.local/state/qlshim");
    assert_string_equal(state_folder("joe", none), "");
    assert_string_equal(state_folder(NULL, none), "");
    strcpy(settings.state, "/data/cron");
    assert_string_equal(state_folder("/home/joe", absolute), "/data/cron");
    settings.state[0] = '\0';
}

/* What `check` returns in a child that is this user and runs that program: 0, or a line of it. */
static int as_user(int (*check)(void), enum cron_program program) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        cron_program = program;
        if (setgroups(0, NULL) != 0 || setgid(GROUP_ID) != 0 || setuid(USER_ID) != 0)
            _exit(255);
        _exit(check());
    }
    waitpid(child, &status, 0);
    return status;
}

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__ % 251 + 1;                                                             \
    } while (0)

static bool mapped_to(const char *path, const char *inside) {
    char expected[600];
    snprintf(expected, sizeof expected, "%s%s", settings.state, inside);
    return strcmp(cron_path_mapped(path), expected) == 0;
}

static bool is_folder(const char *inside, mode_t mode) {
    char path[600];
    struct stat status;
    snprintf(path, sizeof path, "%s%s", settings.state, inside);
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode) && (status.st_mode & 0777) == mode;
}

static int check_paths(void) {
    static const char *const untouched[] = {"/var/spool/cronx",
                                            "/var/spool",
                                            "/etc/crontab",
                                            "/run/sshd.pid",
                                            "/run/crond.pid/",
                                            "crond.pid",
                                            "/var/run/xcron.pid",
                                            "/run",
                                            ""};
    char too_long[1100] = "/var/spool/cron/";
    for (size_t i = 0; i < sizeof untouched / sizeof untouched[0]; i++)
        EXPECT(cron_path_mapped(untouched[i]) == untouched[i]);
    memset(too_long + strlen(too_long), 'a', sizeof too_long - 1 - strlen(too_long));
    EXPECT(cron_path_mapped(too_long) == too_long);
    EXPECT(mapped_to("/var/spool/cron", "/spool"));
    EXPECT(mapped_to("/var/spool/cron/crontabs/joe", "/spool/crontabs/joe"));
    EXPECT(mapped_to("/var/spool/anacron", "/anacron") && is_folder("/anacron", 0700));
    EXPECT(mapped_to("/var/spool/cron/cronstamps/x", "/spool/cronstamps/x"));
    EXPECT(is_folder("/spool/cronstamps", 0700));
    EXPECT(mapped_to("/run/crond.pid", "/crond.pid"));
    EXPECT(mapped_to("/var/run/cron.pid", "/cron.pid"));
    EXPECT(is_folder("", 0700) && is_folder("/spool/crontabs", 0700));
    const char *from = cron_path_mapped("/var/spool/cron/from");
    const char *to = cron_path_mapped("/var/spool/cron/to");
    EXPECT(strstr(from, "/spool/from") != NULL && strstr(to, "/spool/to") != NULL);
    return 0;
}

/* A new spool is as old as can be: Debian's daemon compares whole seconds. A reboot is a
 * container's own, so its file's folder is named by the container. */
static int check_folders(void) {
    char reboot[600];
    char spool[600];
    struct stat status;
    snprintf(reboot, sizeof reboot, "%s", cron_path_mapped("/var/run/crond.reboot"));
    EXPECT(strncmp(reboot, settings.state, strlen(settings.state)) == 0);
    EXPECT(strncmp(reboot + strlen(settings.state), "/run-", 5) == 0);
    EXPECT(strcmp(reboot + strlen(settings.state) + 5 + 16, "/crond.reboot") == 0);
    EXPECT(strcmp(reboot, cron_path_mapped("/run/crond.reboot")) == 0);
    *strrchr(reboot, '/') = '\0';
    EXPECT(stat(reboot, &status) == 0 && S_ISDIR(status.st_mode));
    snprintf(spool, sizeof spool, "%s", cron_path_mapped("/var/spool/cron/crontabs"));
    EXPECT(stat(spool, &status) == 0 && status.st_mtime == 1);
    int inside = open(spool, O_RDONLY | O_DIRECTORY);
    int outside = open("/", O_RDONLY | O_DIRECTORY);
    EXPECT(cron_in_state(inside) && !cron_in_state(outside) && !cron_in_state(-1));
    return 0;
}

/* cronie's spool holds crontabs itself: there is no folder for them in it. */
static int check_cronie(void) {
    EXPECT(mapped_to("/var/spool/cron", "/spool") &&
           mapped_to("/var/spool/cron/joe", "/spool/joe"));
    EXPECT(is_folder("/spool", 0700) && !is_folder("/spool/crontabs", 0700));
    /* Debian's programs change into the spool, and go on by relative paths. */
    EXPECT(strcmp(cron_working_folder("/var/spool/cron") + strlen(settings.state), "/spool") == 0);
    EXPECT(is_folder("/spool/crontabs", 0700));
    return 0;
}

static bool is_message(const char *path, const char *name) {
    const char *mapped = cron_path_mapped(path);
    return mapped != path && strncmp(mapped, settings.state, strlen(settings.state)) != 0 &&
           strcmp(strrchr(mapped, '/') + 1, name) == 0;
}

/* What is not for long is not in the state folder; dcron's daemon names by its whole path what its
 * crontab names from the folder. */
static int check_messages(void) {
    EXPECT(cron_path_mapped("cron.update")[0] == 'c');
    EXPECT(is_message("/var/spool/cron/crontabs/cron.update", "cron.update"));
    EXPECT(is_message("/var/spool/cron/crontabs.12", "crontabs.12"));
    EXPECT(is_message("/var/spool/cron/cron.joe.12", "cron.joe.12"));
    EXPECT(cron_working_folder("/var/spool/cron/crontabs") != NULL);
    EXPECT(strcmp(cron_path_mapped("cron.update"),
                  cron_path_mapped("/var/spool/cron/crontabs/cron.update")) == 0);
    return 0;
}

/* What can be another user's is left where it is, and nothing is made in it. */
static int check_open_state(void) {
    mkdir(settings.state, 0700);
    chmod(settings.state, 0702);
    static const char spool[] = "/var/spool/cron";
    static const char pid_file[] = "/run/crond.pid";
    EXPECT(cron_path_mapped(spool) == spool && cron_path_mapped(pid_file) == pid_file);
    return 0;
}

static void choose_state(const char *name) {
    snprintf(settings.state, sizeof settings.state, "%s/%s", settings.tmpdir, name);
}

static void files_that_cannot_be_used_are_elsewhere(void **state) {
    (void)state;
    choose_state("paths");
    assert_int_equal(as_user(check_paths, CRON_DAEMON), 0);
    choose_state("folders");
    assert_int_equal(as_user(check_folders, CRON_DAEMON), 0);
    choose_state("cronie");
    assert_int_equal(as_user(check_cronie, CRON_DAEMON), 0);
    choose_state("messages");
    assert_int_equal(as_user(check_messages, CRON_CRONTAB), 0);
    choose_state("open");
    assert_int_equal(as_user(check_open_state, CRON_DAEMON), 0);
}

static void root_uses_the_systems_own(void **state) {
    (void)state;
    static const char pid_file[] = "/run/crond.pid";
    choose_state("roots");
    cron_program = CRON_DAEMON;
    assert_ptr_equal(cron_path_mapped(pid_file), pid_file);
    cron_program = CRON_NONE;
    assert_int_equal(access(settings.state, F_OK), -1);
}

static int check_daemon(void) {
    EXPECT(cron_grants_uid(USER_ID, false) && cron_grants_gid(GROUP_ID, false));
    EXPECT(cron_grants_uid(0, true) && cron_grants_gid(0, true));
    EXPECT(!cron_grants_uid(0, false) && !cron_grants_gid(0, false));
    EXPECT(!cron_grants_uid(1, true) && !cron_grants_gid(1, true));
    EXPECT(cron_grants_user("joe", true) && !cron_grants_user("joe", false));
    return 0;
}

/* cronie's daemon becomes root for itself; what it forks is a job. */
static int check_cronies_daemon(void) {
    char *argv[] = {"crond", NULL};
    int status = 1;
    cron_load("/usr/sbin/crond", argv);
    EXPECT(cron_program == CRON_DAEMON);
    cron_traits = 0;
    EXPECT(!cron_grants_uid(0, false));
    cron_traits =
        CRON_BECOMES_ROOT; /* this program holds the marks of the boxes, as the table does */
    EXPECT(cron_grants_uid(0, false) && !cron_grants_gid(0, false) && !cron_grants_uid(1, false));
    pid_t job = fork();
    if (job == 0)
        _exit(cron_grants_uid(0, false));
    EXPECT(waitpid(job, &status, 0) == job && status == 0);
    return 0;
}

static int check_toyboxs_daemon(void) {
    EXPECT(!cron_grants_gid(USER_ID, false));
    cron_traits = CRON_TAKES_UID_FOR_GID;
    EXPECT(cron_grants_gid(USER_ID, false) && cron_grants_gid(GROUP_ID, false));
    EXPECT(!cron_grants_gid(USER_ID + 2, false));
    return 0;
}

static int check_crontab(void) {
    EXPECT(cron_grants_uid(USER_ID, false) && cron_grants_gid(GROUP_ID, false));
    cron_traits = CRON_BECOMES_ROOT;
    EXPECT(!cron_grants_uid(0, true) && !cron_grants_gid(0, true));
    EXPECT(!cron_grants_uid(0, false));
    return 0;
}

static int check_others(void) {
    EXPECT(!cron_grants_uid(USER_ID, false) && !cron_grants_gid(GROUP_ID, false));
    EXPECT(!cron_grants_user("joe", true));
    return 0;
}

static void nobody_becomes_somebody_else(void **state) {
    (void)state;
    assert_int_equal(as_user(check_daemon, CRON_DAEMON), 0);
    assert_int_equal(as_user(check_cronies_daemon, CRON_NONE), 0);
    assert_int_equal(as_user(check_toyboxs_daemon, CRON_DAEMON), 0);
    assert_int_equal(as_user(check_crontab, CRON_CRONTAB), 0);
    assert_int_equal(as_user(check_others, CRON_NONE), 0);
}

static int enter_writable_folder(void **state) {
    if (enter_folder(state) != 0)
        return -1;
    return chmod(".", 0755) != 0 || chmod("tmp", 01777) != 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_are_known_by_their_last_part),
        cmocka_unit_test(a_box_is_what_it_is_called_as_and_holds),
        cmocka_unit_test(a_script_is_an_init_script),
        cmocka_unit_test(the_state_is_where_the_settings_say),
        cmocka_unit_test(files_that_cannot_be_used_are_elsewhere),
        cmocka_unit_test(root_uses_the_systems_own),
        cmocka_unit_test(nobody_becomes_somebody_else),
    };
    return cmocka_run_group_tests_name("cron", tests, enter_writable_folder, leave_folder);
}
