#include "unit/unit.h"

#include "core/log.h"

/* Loads these settings with the log in a file, and returns what was logged. */
static const char *load(const char *first, const char *second, const char *third) {
    static char logged[2048];
    char file[128];
    char folder[64];
    assert_non_null(getcwd(folder, sizeof folder));
    snprintf(file, sizeof file, "QLSHIM_LOG_FILE=%s/log", folder);
    unlink("log");
    char *environment[] = {file, (char *)first, (char *)second, (char *)third, NULL};
    settings_load(environment, false);
    read_log(logged, sizeof logged);
    return logged;
}

static void defaults_stand(void **state) {
    (void)state;
    assert_string_equal(load(NULL, NULL, NULL), "");
    assert_true(settings.active);
    assert_int_equal(settings.sockets, SOCKETS_AUTO);
    assert_string_equal(settings.tmpdir, "");
    assert_true(log_wants(LOG_LEVEL_ERROR));
    assert_false(log_wants(LOG_LEVEL_INFO));
    assert_string_equal(load("QLSHIM_SOCKETS=", "QLSHIM_TMPDIR=", "QLSHIM_LOG="), "");
    assert_int_equal(settings.sockets, SOCKETS_AUTO);
}

static void values_are_taken(void **state) {
    (void)state;
    assert_string_equal(load("QLSHIM_SOCKETS=always", "QLSHIM_TMPDIR=/run/x", "QLSHIM_LOG=debug"),
                        "");
    assert_int_equal(settings.sockets, SOCKETS_ALWAYS);
    assert_string_equal(settings.tmpdir, "/run/x");
    assert_true(log_wants(LOG_LEVEL_DEBUG));
    load("QLSHIM_SOCKETS=off", "XDG_RUNTIME_DIR=/run/user/1", "QLSHIM_LOG=off");
    assert_int_equal(settings.sockets, SOCKETS_OFF);
    assert_string_equal(settings.runtime_dir, "/run/user/1");
    assert_false(log_wants(LOG_LEVEL_ERROR));
}

static void the_first_of_two_counts(void **state) {
    (void)state;
    load("QLSHIM_SOCKETS=off", "QLSHIM_SOCKETS=always", NULL);
    assert_int_equal(settings.sockets, SOCKETS_OFF);
}

static void bad_values_are_named_and_dropped(void **state) {
    (void)state;
    char long_tmpdir[100] = "QLSHIM_TMPDIR=/";
    assert_string_equal(
        load("QLSHIM_SOCKETS=Always", NULL, NULL),
        "qlshim: QLSHIM_SOCKETS=Always: not one of auto, always, off; using auto\n");
    assert_int_equal(settings.sockets, SOCKETS_AUTO);
    assert_string_equal(
        load("QLSHIM_TMPDIR=tmp", NULL, NULL),
        "qlshim: QLSHIM_TMPDIR=tmp: not an absolute path of at most 60 bytes; using "
        "/tmp\n");
    assert_string_equal(settings.tmpdir, "");
    memset(long_tmpdir + strlen(long_tmpdir), 'x', 60);
    assert_non_null(strstr(load(long_tmpdir, NULL, NULL), "at most 60 bytes"));
    assert_string_equal(settings.tmpdir, "");
    assert_non_null(strstr(load("QLSHIM_LOG=loud", NULL, NULL), "QLSHIM_LOG=loud: "));
    assert_true(log_wants(LOG_LEVEL_ERROR));
    assert_non_null(strstr(load("QLSHIM_DISABLE=yes", NULL, NULL), "QLSHIM_DISABLE=yes: "));
    assert_true(settings.active);
}

static void a_line_stays_a_line(void **state) {
    (void)state;
    assert_string_equal(load("QLSHIM_SOCKETS=a\nb\x1b[1m", NULL, NULL),
                        "qlshim: QLSHIM_SOCKETS=a?b?[1m: not one of auto, always, off; using "
                        "auto\n");
}

static void disabled_and_secure_are_inactive(void **state) {
    (void)state;
    char *environment[] = {"QLSHIM_SOCKETS=always", NULL};
    load("QLSHIM_DISABLE=1", NULL, NULL);
    assert_false(settings.active);
    settings_load(environment, true);
    assert_false(settings.active);
    settings_load(NULL, false);
    assert_false(settings.active);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stand),
        cmocka_unit_test(values_are_taken),
        cmocka_unit_test(the_first_of_two_counts),
        cmocka_unit_test(bad_values_are_named_and_dropped),
        cmocka_unit_test(a_line_stays_a_line),
        cmocka_unit_test(disabled_and_secure_are_inactive),
    };
    return cmocka_run_group_tests_name("settings", tests, enter_folder, leave_folder);
}
