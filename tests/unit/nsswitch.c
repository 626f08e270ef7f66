#include "unit/unit.h"

#include "core/nsswitch.h"

static bool files_only(const char *content) {
    write_file("nsswitch.conf", content, strlen(content));
    return nsswitch_names_files_only("nsswitch.conf");
}

static void another_source_is_seen(void **state) {
    (void)state;
    assert_true(files_only("passwd:         files\ngroup:          files\nhosts: files dns\n"));
    assert_true(files_only("# passwd: sss\n\n  passwd:\tfiles  \ngroup:files# as ever"));
    assert_false(files_only("passwd: files systemd\ngroup: files\n"));
    assert_false(files_only("passwd: files\ngroup: files sss\n"));
    assert_false(files_only("passwd: compat\ngroup: compat\n"));
    assert_false(files_only("passwd: files [NOTFOUND=continue] ldap\ngroup: files\n"));
    assert_false(files_only("passwd: files\npasswd: ldap\ngroup: files\n"));
    assert_false(files_only("passwd: filesystem\ngroup: files\n"));
    assert_false(files_only("passwd:\ngroup: files\n"));
    /* glibc's defaults, which changed. */
    assert_false(files_only("passwd: files\n"));
    assert_false(files_only(""));
    assert_false(nsswitch_names_files_only("none"));
    assert_false(nsswitch_names_files_only("."));
}

static void a_long_file_is_not_judged_by_its_beginning(void **state) {
    (void)state;
    char content[4000];
    snprintf(content, sizeof content, "passwd: files\ngroup: files\n#%03000d\npasswd: ldap\n", 0);
    assert_false(files_only(content));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_source_is_seen, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(a_long_file_is_not_judged_by_its_beginning, enter_folder,
                                        leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
