/* HOME, USER and LOGNAME of a nameless uid. */
#include "unit/account.h"

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
    ENVIRONMENT("HOME=/", "QLSHIM_DISABLE=1");
    assert_false(answer->changed);
}

static void assert_home_becomes(const char *expected) {
    static char home[512];
    snprintf(home, sizeof home, "HOME=%s", expected);
    assert_true(answer->changed);
    assert_true(answer->old_untouched);
    int homes = 0;
    for (int i = 0; i < VARIABLES; i++) {
        homes += strncmp(answer->environment[i], "HOME=", 5) == 0;
        assert_true(strncmp(answer->environment[i], "HOME=", 5) != 0 ||
                    strcmp(answer->environment[i], home) == 0);
        assert_int_not_equal(strncmp(answer->environment[i], "USER=", 5), 0);
    }
    assert_int_equal(homes, 1);
}

static void of_a_user_with_a_name_only_a_home_that_nobody_chose(void **state) {
    (void)state;
    only_for_root();
    known.uid = asking_uid();
    known.home = "/";
    ENVIRONMENT("HOME=/");
    assert_home_becomes(private_home());
    ENVIRONMENT("HOME=/none/there");
    assert_home_becomes(private_home());
    ENVIRONMENT();
    assert_home_becomes(private_home());
    ENVIRONMENT("HOME=");
    assert_home_becomes(private_home());
    ENVIRONMENT("HOME=/", "QLSHIM_HOME=/dev/shm");
    assert_home_becomes("/dev/shm");
    known.home = base; /* his entry's is of use */
    ENVIRONMENT("HOME=/");
    assert_home_becomes(base);
    ENVIRONMENT("HOME=/", "QLSHIM_HOME=/dev/shm");
    assert_home_becomes("/dev/shm");
    /* His choice: it exists, or he could make it, or programs ask for his entry. */
    ENVIRONMENT("HOME=/usr");
    assert_false(answer->changed);
    ENVIRONMENT("HOME=/dev/null");
    assert_false(answer->changed);
    ENVIRONMENT("HOME=relative");
    assert_false(answer->changed);
    ENVIRONMENT(variable("HOME", "/dev/shm/not-there-yet"));
    assert_false(answer->changed);
    ENVIRONMENT();
    assert_false(answer->changed);
    known.home = "/usr/sbin";
    ENVIRONMENT("QLSHIM_HOME=/dev/shm");
    assert_false(answer->changed);
    /* One whom nobody could ask for is not touched either. */
    known.uid = (uid_t)-1;
    known.away_at = next_question();
    ENVIRONMENT("HOME=/");
    assert_false(answer->changed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_missing_or_of_no_use_is_set, nothing_is_known),
        cmocka_unit_test_setup(everything_else_stays_in_its_place, nothing_is_known),
        cmocka_unit_test_setup(what_is_of_use_is_left_alone, nothing_is_known),
        cmocka_unit_test_setup(of_a_user_with_a_name_only_a_home_that_nobody_chose,
                               nothing_is_known),
    };
    return cmocka_run_group_tests_name("account_environment", tests, set_up, leave_folder);
}
