#include "unit/unit.h"

#include "core/nsswitch.h"

static enum nsswitch say(const char *content) {
    write_file("nsswitch.conf", content, strlen(content));
    return nsswitch_read("nsswitch.conf");
}

static void another_source_is_seen(void **state) {
    (void)state;
    assert_int_equal(say("passwd:         files\ngroup:          files\nhosts: files dns\n"),
                     NSSWITCH_FILES);
    assert_int_equal(say("# passwd: sss\n\n  passwd:\tfiles  \ngroup:files# as ever"),
                     NSSWITCH_FILES);
    assert_int_equal(say("passwd: files systemd\ngroup: files\n"), NSSWITCH_SERVICES);
    assert_int_equal(say("passwd: files\ngroup: files sss\n"), NSSWITCH_SERVICES);
    assert_int_equal(say("passwd: compat\ngroup: compat\n"), NSSWITCH_SERVICES);
    assert_int_equal(say("passwd: files [NOTFOUND=continue] ldap\ngroup: files\n"),
                     NSSWITCH_SERVICES);
    assert_int_equal(say("passwd: files\npasswd: ldap\ngroup: files\n"), NSSWITCH_SERVICES);
    assert_int_equal(say("passwd: filesystem\ngroup: files\n"), NSSWITCH_SERVICES);
    assert_int_equal(say("passwd:\ngroup: files\n"), NSSWITCH_SERVICES);
    assert_int_equal(say("group: ldap\n"), NSSWITCH_SERVICES);
    assert_int_equal(nsswitch_read("."), NSSWITCH_SERVICES);
    /* glibc's defaults, which changed; Alpine's musl asks nobody, and has a file that says so. */
    assert_int_equal(say("passwd: files\n"), NSSWITCH_UNSAID);
    assert_int_equal(say("hosts: files dns\n"), NSSWITCH_UNSAID);
    assert_int_equal(say(""), NSSWITCH_UNSAID);
    assert_int_equal(nsswitch_read("none"), NSSWITCH_UNSAID);
}

static void a_long_file_is_not_judged_by_its_beginning(void **state) {
    (void)state;
    char content[4000];
    snprintf(content, sizeof content, "passwd: files\ngroup: files\n#%03000d\npasswd: ldap\n", 0);
    assert_int_equal(say(content), NSSWITCH_SERVICES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_source_is_seen, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(a_long_file_is_not_judged_by_its_beginning, enter_folder,
                                        leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
