#include "unit/unit.h"

#include "core/passwd_file.h"

enum { USER_ID = 23456 };

static bool file_has(const char *content, uid_t uid) {
    write_file("passwd", content, strlen(content));
    return passwd_file_has("passwd", uid);
}

static void a_uid_is_found_in_odd_passwd_files(void **state) {
    (void)state;
    static const char usual[] = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/sh\n";
    assert_true(file_has(usual, 0));
    assert_true(file_has(usual, 1));
    assert_false(file_has(usual, 2));
    assert_false(file_has(usual, 10));
    assert_true(file_has("a:x:0:0::/:\nb:x:23456:1::/:/bin/sh", USER_ID)); /* no newline */
    assert_true(file_has("\n\n\na:x:23456:1::/:/bin/sh\n\n", USER_ID));
    assert_true(file_has("+::::::\na:x:23456:1::/:/bin/sh\n", USER_ID));
    assert_true(file_has("a::23456:1::/:/bin/sh\n", USER_ID));
    assert_true(file_has("a:x:4294967294:1::/:\n", 4294967294));
    assert_false(file_has("", USER_ID));
    assert_false(file_has("\n", 0));
    assert_false(file_has("+::::::", 0));
    assert_false(file_has("+::0::::\n-::0:\n", USER_ID));
    assert_false(file_has("a:x::1::/:\n", 0));
    assert_false(file_has("a:x:y:1::/:\nb\nc:\nd::\n", 0));
    /* Numbers that are longer, shorter or elsewhere. */
    assert_false(file_has("a:x:234567:1::/:\nb:x:2345:1::/:\nc:x:123456:1::/:\n", USER_ID));
    assert_false(file_has("23456:23456:1:23456:23456:/:\n", USER_ID));
    assert_false(file_has("b:x:23456 :1::/:\nc:x:-1:1::/:\n", USER_ID));
    assert_false(file_has("a:x:18446744073709574912:1::/:\n", USER_ID)); /* 2^64 more */
    assert_false(file_has("a:x:4294990752:1::/:\n", USER_ID));           /* 2^32 more */
    /* As glibc reads them. */
    assert_true(file_has("a:x: 23456:1::/:\n", USER_ID));
    assert_true(file_has("a:x:+023456:1::/:\n", USER_ID));
    assert_true(file_has(" \ta:x:23456:1::/:\n", USER_ID));
    assert_false(file_has(" #a:x:23456:1::/:\n", USER_ID));
    assert_false(file_has("a:x:230456:1::/:\n \n", USER_ID));
    assert_true(file_has("a:x:0:1::/:\n", 0));
    assert_false(file_has("a:x:01:1::/:\n", 0));
    assert_false(passwd_file_has("none", 0));
    assert_false(passwd_file_has(".", 0));
}

static void a_name_is_found(void **state) {
    (void)state;
    static const char usual[] = "root:x:0:0:root:/root:/bin/bash\n#daemon:x:1:1::/:\nu:x:2:2::/:";
    file_has(usual, 0);
    assert_true(passwd_file_has_name("passwd", "root"));
    assert_true(passwd_file_has_name("passwd", "u"));
    assert_false(passwd_file_has_name("passwd", "daemon"));
    assert_false(passwd_file_has_name("passwd", "roo"));
    assert_false(passwd_file_has_name("passwd", "rooted"));
    assert_false(passwd_file_has_name("passwd", "x"));
    assert_false(passwd_file_has_name("passwd", ""));
    assert_false(passwd_file_has("passwd", 1)); /* a comment */
    assert_true(passwd_file_has("passwd", 2));
    file_has(" blank:x:2:2::/:\n0:x:2:2::/:\n+:x:2:2::/:\n", 0);
    assert_true(passwd_file_has_name("passwd", "blank"));
    assert_true(passwd_file_has_name("passwd", "0"));
    assert_false(passwd_file_has_name("passwd", "00"));
}

static void huge_lines_are_read_through(void **state) {
    (void)state;
    enum { SIZE = 100000 };
    char *content = malloc(SIZE + 100);
    /* The entry begins at each place around the end of what is read at once. */
    for (size_t before = 2000; before < 2100; before++) {
        memset(content, 'x', before);
        strcpy(content + before, "\na:x:23456:1::/:\n");
        assert_true(file_has(content, USER_ID));
        memcpy(content, "b:x:1:", 6);
        assert_true(file_has(content, USER_ID));
        assert_true(file_has(content, 1));
        assert_false(file_has(content, 2345));
    }
    memset(content, 'x', SIZE);
    strcpy(content + SIZE, ":x:23456:1::/:");
    assert_true(file_has(content, USER_ID));
    memset(content, ':', SIZE);
    assert_false(file_has(content, USER_ID));
    memset(content, '\n', SIZE);
    assert_false(file_has(content, 0));
    memset(content, '2', SIZE);
    memcpy(content, "b:x:", 4);
    assert_false(file_has(content, USER_ID));
    free(content);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uid_is_found_in_odd_passwd_files),
        cmocka_unit_test(a_name_is_found),
        cmocka_unit_test(huge_lines_are_read_through),
    };
    return cmocka_run_group_tests_name("passwd_file", tests, enter_folder, leave_folder);
}
