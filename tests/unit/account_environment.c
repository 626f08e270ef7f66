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
    known.uid = asking_uid();
    ENVIRONMENT("HOME=/");
    assert_false(answer->changed);
    ENVIRONMENT("HOME=/", "QLSHIM_DISABLE=1");
    assert_false(answer->changed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_missing_or_of_no_use_is_set, nothing_is_known),
        cmocka_unit_test_setup(everything_else_stays_in_its_place, nothing_is_known),
        cmocka_unit_test_setup(what_is_of_use_is_left_alone, nothing_is_known),
    };
    return cmocka_run_group_tests_name("account_environment", tests, set_up, leave_folder);
}
