#include "unit/unit.h"

#include <errno.h>

#include "core/folder.h"

static char expected[FOLDER_SIZE];

static const char *name(const char *suffix) {
    snprintf(expected, sizeof expected, "%s/.qlshim-%u%s", settings.tmpdir, geteuid(), suffix);
    return expected;
}

static void it_is_made_once_and_traversable(void **state) {
    (void)state;
    char folder[FOLDER_SIZE];
    struct stat status;
    mode_t old = umask(077);
    assert_int_equal(private_folder(folder), 0);
    umask(old);
    assert_string_equal(folder, name(""));
    assert_int_equal(lstat(folder, &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0711);
    assert_int_equal(private_folder(folder), 0);
    assert_string_equal(folder, name(""));
}

/* What a neighbour may have put at the name. Each is left alone, and the next name taken. */
static void squatted_names_are_passed_over(void **state) {
    (void)state;
    char folder[FOLDER_SIZE];
    assert_int_equal(rmdir(name("")), 0);
    assert_int_equal(mkdir("victim", 0700), 0);
    assert_int_equal(symlink("../victim", name("")), 0);
    assert_int_equal(mkdir(name("-1"), 0711), 0);
    assert_int_equal(chmod(name("-1"), 0777), 0);
    fclose(fopen(name("-2"), "w"));
    assert_int_equal(private_folder(folder), 0);
    assert_string_equal(folder, name("-3"));
    assert_int_equal(rmdir("victim"), 0); /* nothing was put there */
    if (geteuid() == 0) {
        assert_int_equal(chown(name("-3"), 1, 1), 0);
        assert_int_equal(private_folder(folder), 0);
        assert_string_equal(folder, name("-4"));
    }
}

static void a_place_that_cannot_be_written_is_named(void **state) {
    (void)state;
    char folder[FOLDER_SIZE];
    strcat(settings.tmpdir, "/none");
    assert_int_equal(private_folder(folder), -ENOENT);
    assert_string_equal(folder, name(""));
}

static void records_are_whole_or_absent(void **state) {
    (void)state;
    char content[8];
    assert_int_equal(record_write("tmp", "r", "1234567"), 0);
    assert_int_equal(record_write("tmp", "r", "other"), -EEXIST);
    assert_int_equal(record_read("tmp", "r", content, sizeof content), 0);
    assert_string_equal(content, "1234567");
    assert_int_equal(record_read("tmp", "r", content, 7), -EOVERFLOW);
    assert_int_equal(record_replace("tmp", "r", "new"), 0);
    assert_int_equal(record_read("tmp", "r", content, sizeof content), 0);
    assert_string_equal(content, "new");
    assert_int_equal(record_read("tmp", "none", content, sizeof content), -ENOENT);
    assert_true(record_since_boot("tmp", "r"));
    assert_false(record_since_boot("tmp", "none"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_once_and_traversable),
        cmocka_unit_test(squatted_names_are_passed_over),
        cmocka_unit_test(a_place_that_cannot_be_written_is_named),
        cmocka_unit_test(records_are_whole_or_absent),
    };
    return cmocka_run_group_tests_name("folder", tests, enter_folder, leave_folder);
}
