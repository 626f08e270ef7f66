/*
 * The account of a nameless uid. account_get keeps its answer for the life of the process, so that
 * each question is asked in a child of its own.
 */
#include "unit/unit.h"

#include <errno.h>
#include <stdalign.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "core/folder.h"
#include "identity/account.h"
#include "identity/environment.h"

enum { USER_ID = 23456, GROUP_ID = 45678, VARIABLES = 16 };

/* What the system knows. */
static struct {
    const char *user;
    const char *group;
    uid_t uid;
    gid_t gid;
} known;

static bool has_user(const char *name) {
    return known.user != NULL && strcmp(name, known.user) == 0;
}

static bool has_uid(uid_t uid) {
    return uid == known.uid;
}

static bool has_group(const char *name) {
    return known.group != NULL && strcmp(name, known.group) == 0;
}

static bool has_gid(gid_t gid) {
    return gid == known.gid;
}

static const struct account_system the_system = {has_user, has_uid, has_group, has_gid};

/* What a child found out, in memory that it shares with its parent. */
struct answer {
    bool given;
    bool kept; /* a second call gave the same, though the environment had changed */
    bool known_before;
    bool known_after;
    bool lazy;          /* the group was not asked for before it was needed */
    bool changed;       /* what identity_set_environment returned */
    bool old_untouched; /* the vector that the process was started with */
    struct account account;
    char user[1024];  /* as a line of the passwd file */
    char group[1024]; /* likewise of the group file */
    char logged[1024];
    char environment[VARIABLES][512];
};

static struct answer *answer;
static char base[64];

static void note_account(const struct account *account) {
    answer->given = account != NULL;
    if (account == NULL)
        return;
    const struct passwd *user = &account->user;
    const struct group *group = &account->group;
    answer->account = *account;
    snprintf(answer->user, sizeof answer->user, "%s:%s:%u:%u:%s:%s:%s", user->pw_name,
             user->pw_passwd, user->pw_uid, user->pw_gid, user->pw_gecos, user->pw_dir,
             user->pw_shell);
    snprintf(answer->group, sizeof answer->group, "%s:%s:%u:%s", group->gr_name, group->gr_passwd,
             group->gr_gid, group->gr_mem[0] != NULL ? group->gr_mem[0] : "");
}

static void note_environment(void) {
    for (int i = 0; environ[i] != NULL && i < VARIABLES; i++)
        snprintf(answer->environment[i], sizeof answer->environment[i], "%s", environ[i]);
}

static void note_log(void) {
    FILE *log = fopen("log", "r");
    if (log == NULL)
        return;
    answer->logged[fread(answer->logged, 1, sizeof answer->logged - 1, log)] = '\0';
    fclose(log);
}

static void find_out(char *environment[], bool set_environment) {
    static char *changed[] = {"USER=changed", "HOME=/dev/shm", NULL};
    char *old[VARIABLES];
    memcpy(old, environment, sizeof old);
    if (geteuid() == 0 && (setgid(GROUP_ID) != 0 || setuid(USER_ID) != 0))
        _exit(9);
    environ = environment;
    settings_load(environment, false);
    if (set_environment) {
        answer->changed = identity_set_environment(&the_system);
        answer->old_untouched = memcmp(old, environment, sizeof old) == 0;
        note_environment();
    } else {
        answer->known_before = account_known() != NULL;
        const struct account *without_group = account_get(&the_system);
        answer->lazy = without_group == NULL || !without_group->group_asked;
        const struct account *account = account_get_with_group(&the_system);
        answer->known_after = account_known() == account;
        note_account(account);
        environ = changed;
        answer->kept = account_get(&the_system) == account;
    }
    note_log();
    _exit(0);
}

/* Starts a child with these variables, and the log and the private folder in the test's folder. */
static const struct answer *ask_for(bool set_environment, const char *const variables[]) {
    char log[128];
    char tmpdir[128];
    char *environment[VARIABLES] = {log, tmpdir};
    int count = 2;
    snprintf(log, sizeof log, "QLSHIM_LOG_FILE=%s/log", base);
    snprintf(tmpdir, sizeof tmpdir, "QLSHIM_TMPDIR=%s/tmp", base);
    for (; *variables != NULL; variables++)
        environment[count++] = (char *)*variables;
    memset(answer, 0, sizeof *answer);
    unlink("log");
    pid_t child = fork();
    if (child == 0)
        find_out(environment, set_environment);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return answer;
}

#define ASK(...) ask_for(false, (const char *[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define ENVIRONMENT(...) ask_for(true, (const char *[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* The user that a child asks as: without privileges to change it, one's own. */
static uid_t asking_uid(void) {
    return geteuid() == 0 ? USER_ID : geteuid();
}

static gid_t asking_gid(void) {
    return geteuid() == 0 ? GROUP_ID : getegid();
}

static const char *numbered(char letter, unsigned number) {
    static char text[16];
    snprintf(text, sizeof text, "%c%u", letter, number);
    return text;
}

static const char *path(const char *name) {
    static char text[128];
    snprintf(text, sizeof text, "%s/%s", base, name);
    return text;
}

static const char *variable(const char *name, const char *value) {
    static char texts[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(texts[next], sizeof texts[next], "%s=%s", name, value);
    return texts[next];
}

static int set_up(void **state) {
    if (enter_folder(state) != 0)
        return -1;
    snprintf(base, sizeof base, "%s", (char *)*state);
    answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* The child is another user. */
    return answer == MAP_FAILED || chmod(".", 0777) != 0 || chmod("tmp", 01777) != 0;
}

static int nothing_is_known(void **state) {
    (void)state;
    memset(&known, 0, sizeof known);
    known.uid = (uid_t)-1;
    known.gid = (gid_t)-1;
    return system("rm -rf tmp/.qlshim-*");
}

/* --- the name ----------------------------------------------------------------------------------*/

static void assert_name(const char *expected) {
    assert_true(answer->given);
    assert_string_equal(answer->account.name, expected);
    assert_string_equal(answer->logged, "");
}

static void the_name_is_the_settings_or_the_environments_or_made_of_the_uid(void **state) {
    (void)state;
    static const char longest[] = "QLSHIM_USER=abcdefghijklmnopqrstuvwxyz012345";
    ASK();
    assert_name(numbered('u', asking_uid()));
    ASK("LOGNAME=ann");
    assert_name("ann");
    ASK("LOGNAME=ann", "USER=joe");
    assert_name("joe");
    ASK("LOGNAME=ann", "USER=joe", "QLSHIM_USER=me");
    assert_name("me");
    ASK("QLSHIM_USER=", "LOGNAME=ann", "USER=");
    assert_name("ann");
    ASK("QLSHIM_USER=\xc3\xa4.b_c-d$@e+f");
    assert_name("\xc3\xa4.b_c-d$@e+f");
    ASK(longest);
    assert_name(longest + sizeof "QLSHIM_USER");
}

static const char *const no_names[] = {
    "",      "a:b",  "root:x:0:0", "a\nb",
    "\n",    "a b",  " ",          "a\tb",
    "a\x7f", "a\rb", "a/b",        "/",
    "-",     "-a",   "-u23456",    "abcdefghijklmnopqrstuvwxyz0123456", /* 33 bytes */
};
enum { NO_NAMES = sizeof no_names / sizeof no_names[0] };

static void what_cannot_be_a_user_name_is_told_apart(void **state) {
    (void)state;
    for (int i = 0; i < NO_NAMES; i++)
        assert_false(settings_user_name_valid(no_names[i]));
    assert_true(settings_user_name_valid("a"));
    assert_true(settings_user_name_valid("a-"));
    assert_true(settings_user_name_valid("abcdefghijklmnopqrstuvwxyz012345"));
}

static int lines(const char *text) {
    int count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void a_bad_name_is_refused_and_the_next_one_taken(void **state) {
    (void)state;
    for (int i = 0; i < NO_NAMES; i++) {
        ASK(variable("USER", no_names[i]), variable("LOGNAME", no_names[i]));
        assert_name(numbered('u', asking_uid()));
        ASK(variable("USER", no_names[i]), "LOGNAME=ann");
        assert_name("ann");
        /* Whoever has set QLSHIM_USER is told in one line; an empty one is as none. */
        ASK(variable("QLSHIM_USER", no_names[i]));
        assert_string_equal(answer->account.name, numbered('u', asking_uid()));
        assert_int_equal(lines(answer->logged), no_names[i][0] != '\0');
        if (no_names[i][0] != '\0')
            assert_non_null(strstr(answer->logged, ": cannot be a user name; ignored\n"));
    }
}

static void somebody_elses_name_is_not_taken(void **state) {
    (void)state;
    known.user = "joe";
    ASK("USER=joe", "LOGNAME=ann");
    assert_name("ann");
    ASK("USER=joe", "LOGNAME=joe");
    assert_name(numbered('u', asking_uid()));
    ASK("QLSHIM_USER=joe", "LOGNAME=ann");
    assert_string_equal(answer->account.name, "ann");
    assert_string_equal(answer->logged,
                        "qlshim: QLSHIM_USER=joe: is another user's name; ignored\n");
}

static void the_group_has_the_users_name_where_that_is_free(void **state) {
    (void)state;
    ASK("USER=joe");
    assert_string_equal(answer->account.group_name, "joe");
    known.group = "joe";
    ASK("USER=joe");
    assert_string_equal(answer->account.group_name, numbered('g', asking_gid()));
    known.gid = asking_gid();
    ASK("USER=joe");
    assert_true(answer->account.user_missing);
    assert_false(answer->account.group_missing);
    /* A user with a name, in a group without one. */
    nothing_is_known(state);
    known.uid = asking_uid();
    ASK("USER=joe");
    assert_false(answer->account.user_missing);
    assert_true(answer->account.group_missing);
    assert_string_equal(answer->account.group_name, numbered('g', asking_gid()));
}

static void the_entries_are_whole(void **state) {
    (void)state;
    char user[200];
    char group[100];
    ASK("QLSHIM_USER=me", variable("HOME", base));
    assert_true(answer->account.user_missing);
    assert_true(answer->account.group_missing);
    snprintf(user, sizeof user, "me:*:%u:%u:me:%s:/bin/sh", asking_uid(), asking_gid(), base);
    snprintf(group, sizeof group, "me:*:%u:", asking_gid());
    assert_string_equal(answer->user, user);
    assert_string_equal(answer->group, group);
    ASK("QLSHIM_SHELL=/bin/bash");
    assert_string_equal(answer->account.shell, "/bin/bash");
    ASK("QLSHIM_SHELL=bash");
    assert_string_equal(answer->account.shell, "/bin/sh");
    assert_int_equal(lines(answer->logged), 1);
}

static void the_answer_is_kept(void **state) {
    (void)state;
    ASK("USER=joe");
    assert_false(answer->known_before);
    assert_true(answer->known_after);
    assert_true(answer->kept);
    assert_true(answer->lazy);
}

static void root_and_an_inactive_shim_have_none(void **state) {
    (void)state;
    ASK("QLSHIM_DISABLE=1");
    assert_false(answer->given);
    if (geteuid() == 0) {
        settings.active = true;
        assert_null(account_get(&the_system));
        assert_null(account_known());
        assert_false(identity_set_environment(&the_system));
    }
}

/* --- the home ----------------------------------------------------------------------------------*/

static void assert_home(const char *expected) {
    struct stat status;
    assert_true(answer->given);
    assert_string_equal(answer->account.home, expected);
    assert_string_equal(answer->logged, "");
    assert_int_equal(stat(expected, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
}

static const char *private_home(void) {
    static char home[FOLDER_SIZE + 8];
    snprintf(home, sizeof home, "%s/tmp/.qlshim-%u/home", base, asking_uid());
    return home;
}

static void a_home_that_can_be_written_is_kept(void **state) {
    (void)state;
    ASK(variable("HOME", base));
    assert_home(base);
    assert_int_equal(access(private_home(), F_OK), -1);
}

static void else_it_is_made_in_the_private_folder(void **state) {
    (void)state;
    struct stat status;
    char too_long[400];
    memset(too_long, '/', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    const char *const bad[] = {"/", "", "tmp", "./tmp", "/none", "/proc", too_long};
    ASK();
    assert_home(private_home());
    assert_int_equal(lstat(private_home(), &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0700);
    assert_int_equal(status.st_uid, asking_uid());
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(system("rm -rf tmp/.qlshim-*"), 0);
        ASK(variable("HOME", bad[i]));
        assert_home(private_home());
    }
}

static void qlshim_home_comes_first_and_is_made(void **state) {
    (void)state;
    struct stat status;
    ASK(variable("QLSHIM_HOME", path("mine")), variable("HOME", base));
    assert_home(path("mine"));
    assert_int_equal(stat("mine", &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0700);
    ASK(variable("QLSHIM_HOME", path("mine")));
    assert_home(path("mine"));
    ASK("QLSHIM_HOME=mine", variable("HOME", base));
    assert_string_equal(answer->account.home, base);
    assert_int_equal(lines(answer->logged), 1);
    ASK("QLSHIM_HOME=/tmp:/bin", variable("HOME", base));
    assert_string_equal(answer->account.home, base);
    assert_int_equal(lines(answer->logged), 1);
}

static void where_nothing_can_be_written_it_is_the_root_folder(void **state) {
    (void)state;
    assert_int_equal(rename("tmp", "moved"), 0);
    ASK("HOME=/proc");
    assert_home("/");
    assert_int_equal(rename("moved", "tmp"), 0);
}

/* --- the environment ---------------------------------------------------------------------------*/

static const char *set_variable(const char *name) {
    const char *found = NULL;
    int count = 0;
    for (int i = 0; i < VARIABLES; i++) {
        const char *value = settings_value(answer->environment[i], name);
        if (value != NULL) {
            found = value;
            count++;
        }
    }
    assert_true(count <= 1);
    return found;
}

static void assert_variables(const char *home, const char *user, const char *logname) {
    assert_true(answer->changed);
    assert_true(answer->old_untouched);
    assert_string_equal(set_variable("HOME"), home);
    assert_string_equal(set_variable("USER"), user);
    assert_string_equal(set_variable("LOGNAME"), logname);
}

/* The tests may run as somebody with a name, whose environment is not touched. */
static void only_for_root(void) {
    if (geteuid() != 0)
        skip();
}

static void what_is_missing_or_of_no_use_is_set(void **state) {
    (void)state;
    only_for_root();
    known.user = "joe";
    ENVIRONMENT();
    assert_variables(private_home(), "u23456", "u23456");
    ENVIRONMENT("HOME=/", "USER=joe", "LOGNAME=joe");
    assert_variables(private_home(), "u23456", "u23456");
    ENVIRONMENT("HOME=/proc", "USER=a:b");
    assert_variables(private_home(), "u23456", "u23456");
    ENVIRONMENT("LOGNAME=ann", variable("HOME", base));
    assert_variables(base, "ann", "ann");
    ENVIRONMENT("QLSHIM_USER=me", "QLSHIM_HOME=/dev/shm", "HOME=/");
    assert_variables("/dev/shm", "me", "me");
    ENVIRONMENT("HOME=/", "HOME=/none", "USER=joe", "USER=joe");
    assert_variables(private_home(), "u23456", "u23456");
}

static void everything_else_stays_in_its_place(void **state) {
    (void)state;
    only_for_root();
    ENVIRONMENT("A=1", "HOME=/", "HOMES=2", "USERNAME=3", "B", "=4", "LOGNAME", "A=5");
    static const char *const rest[] = {"A=1", "HOMES=2", "USERNAME=3", "B", "=4", "LOGNAME", "A=5"};
    for (int i = 0; i < 7; i++)
        assert_string_equal(answer->environment[2 + i], rest[i]);
    assert_variables(private_home(), "u23456", "u23456");
    assert_string_equal(answer->environment[12], "");
}

static void what_is_of_use_is_left_alone(void **state) {
    (void)state;
    ENVIRONMENT("USER=ann", "LOGNAME=ann", variable("HOME", base));
    assert_false(answer->changed);
    known.uid = asking_uid();
    ENVIRONMENT("HOME=/");
    assert_false(answer->changed);
    ENVIRONMENT("HOME=/", "QLSHIM_DISABLE=1");
    assert_false(answer->changed);
}

/* --- buffers -----------------------------------------------------------------------------------*/

static bool inside(const void *pointer, const char *buffer, size_t size) {
    return (const char *)pointer >= buffer && (const char *)pointer < buffer + size;
}

/* A buffer of exactly that size: AddressSanitizer sees what is written beyond. */
static int copy_user_to(size_t size) {
    static char user_fields[5][8] = {"u23456", "*", "", "/home", "/bin/sh"};
    const struct passwd from = {.pw_name = user_fields[0],
                                .pw_passwd = user_fields[1],
                                .pw_uid = 1,
                                .pw_gid = 2,
                                .pw_gecos = user_fields[2],
                                .pw_dir = user_fields[3],
                                .pw_shell = user_fields[4]};
    struct passwd to = {0};
    char *buffer = malloc(size);
    int error = account_copy_user(&from, &to, buffer, size);
    if (error == 0) {
        const char *const copies[] = {to.pw_name, to.pw_passwd, to.pw_gecos, to.pw_dir,
                                      to.pw_shell};
        for (int i = 0; i < 5; i++) {
            assert_string_equal(copies[i], user_fields[i]);
            assert_true(inside(copies[i], buffer, size));
        }
        assert_int_equal(to.pw_uid, 1);
        assert_int_equal(to.pw_gid, 2);
    }
    free(buffer);
    return error;
}

static void a_user_is_copied_from_the_size_on_that_fits(void **state) {
    (void)state;
    size_t needed = sizeof "u23456" + sizeof "*" + sizeof "" + sizeof "/home" + sizeof "/bin/sh";
    for (size_t size = 0; size < needed + 20; size++)
        assert_int_equal(copy_user_to(size), size < needed ? ERANGE : 0);
}

static int copy_group_to(size_t offset, size_t size) {
    static char group_fields[2][8] = {"u23456", "*"};
    static char *members[] = {NULL};
    const struct group from = {
        .gr_name = group_fields[0], .gr_passwd = group_fields[1], .gr_gid = 2, .gr_mem = members};
    struct group to = {0};
    char *whole = malloc(offset + size);
    char *buffer = whole + offset;
    int error = account_copy_group(&from, &to, buffer, size);
    if (error == 0) {
        assert_string_equal(to.gr_name, "u23456");
        assert_string_equal(to.gr_passwd, "*");
        assert_int_equal(to.gr_gid, 2);
        assert_null(to.gr_mem[0]);
        assert_true(inside(to.gr_name, buffer, size) && inside(to.gr_passwd, buffer, size));
        assert_true(inside(to.gr_mem, buffer, size));
        assert_int_equal((uintptr_t)to.gr_mem % alignof(char *), 0);
    }
    free(whole);
    return error;
}

static void a_group_is_copied_wherever_its_list_can_be_aligned(void **state) {
    (void)state;
    for (size_t offset = 0; offset < 2 * alignof(char *); offset++) {
        size_t gap = -offset % alignof(char *); /* malloc aligns */
        size_t needed = gap + sizeof(char *) + sizeof "u23456" + sizeof "*";
        for (size_t size = 0; size < needed + 20; size++)
            assert_int_equal(copy_group_to(offset, size), size < needed ? ERANGE : 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_name_is_the_settings_or_the_environments_or_made_of_the_uid,
                               nothing_is_known),
        cmocka_unit_test(what_cannot_be_a_user_name_is_told_apart),
        cmocka_unit_test_setup(a_bad_name_is_refused_and_the_next_one_taken, nothing_is_known),
        cmocka_unit_test_setup(somebody_elses_name_is_not_taken, nothing_is_known),
        cmocka_unit_test_setup(the_group_has_the_users_name_where_that_is_free, nothing_is_known),
        cmocka_unit_test_setup(the_entries_are_whole, nothing_is_known),
        cmocka_unit_test_setup(the_answer_is_kept, nothing_is_known),
        cmocka_unit_test_setup(root_and_an_inactive_shim_have_none, nothing_is_known),
        cmocka_unit_test_setup(a_home_that_can_be_written_is_kept, nothing_is_known),
        cmocka_unit_test_setup(else_it_is_made_in_the_private_folder, nothing_is_known),
        cmocka_unit_test_setup(qlshim_home_comes_first_and_is_made, nothing_is_known),
        cmocka_unit_test_setup(where_nothing_can_be_written_it_is_the_root_folder,
                               nothing_is_known),
        cmocka_unit_test_setup(what_is_missing_or_of_no_use_is_set, nothing_is_known),
        cmocka_unit_test_setup(everything_else_stays_in_its_place, nothing_is_known),
        cmocka_unit_test_setup(what_is_of_use_is_left_alone, nothing_is_known),
        cmocka_unit_test(a_user_is_copied_from_the_size_on_that_fits),
        cmocka_unit_test(a_group_is_copied_wherever_its_list_can_be_aligned),
    };
    return cmocka_run_group_tests_name("account", tests, set_up, leave_folder);
}
