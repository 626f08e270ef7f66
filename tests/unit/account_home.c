/* The home of a nameless uid. */
#include "unit/account.h"

static const char *path(const char *name) {
    static char text[128];
    snprintf(text, sizeof text, "%s/%s", base, name);
    return text;
}

static void assert_home(const char *expected) {
    struct stat status;
    assert_true(answer->given);
    assert_string_equal(answer->account.home, expected);
    assert_string_equal(answer->logged, "");
    assert_int_equal(stat(expected, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_home_that_can_be_written_is_kept, nothing_is_known),
        cmocka_unit_test_setup(else_it_is_made_in_the_private_folder, nothing_is_known),
        cmocka_unit_test_setup(qlshim_home_comes_first_and_is_made, nothing_is_known),
        cmocka_unit_test_setup(where_nothing_can_be_written_it_is_the_root_folder,
                               nothing_is_known),
    };
    return cmocka_run_group_tests_name("account_home", tests, set_up, leave_folder);
}
