#include "unit/unit.h"

#include <errno.h>

#include "core/errno_name.h"
#include "core/text.h"

static void text_is_cut_and_terminated(void **state) {
    (void)state;
    char buffer[8];
    struct text text = text_in(buffer, sizeof buffer);
    text_append(&text, "1234");
    assert_false(text.cut);
    text_append(&text, "56789");
    assert_true(text.cut);
    assert_string_equal(buffer, "1234567");
}

static void a_paths_last_part_follows_its_last_slash(void **state) {
    (void)state;
    assert_string_equal(text_base("/usr/bin/crontab"), "crontab");
    assert_string_equal(text_base("crontab"), "crontab");
    assert_string_equal(text_base("cron/"), "");
    assert_string_equal(text_base(""), "");
}

static void numbers_are_written(void **state) {
    (void)state;
    char buffer[64];
    struct text text = text_in(buffer, sizeof buffer);
    text_append_number(&text, 0);
    text_append(&text, " ");
    text_append_number(&text, UINT64_MAX);
    text_append(&text, " ");
    text_append_hex(&text, 0xab, 4);
    assert_string_equal(buffer, "0 18446744073709551615 00ab");
}

static void numbers_are_read_strictly(void **state) {
    (void)state;
    static const struct {
        const char *string;
        bool good;
        uint64_t number;
        size_t rest;
    } cases[] = {{"0", true, 0, 0},
                 {"42x", true, 42, 1},
                 {"007", false, 0, 3},
                 {"", false, 0, 0},
                 {"-1", false, 0, 2},
                 {"4294967295", true, UINT32_MAX, 0},
                 {"4294967296", false, 0, 10},
                 {"99999999999999999999999", false, 0, 23}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *cursor = cases[i].string;
        uint64_t number = 0;
        assert_int_equal(text_read_number(&cursor, UINT32_MAX, &number), cases[i].good);
        assert_int_equal(number, cases[i].number);
        assert_int_equal(strlen(cursor), cases[i].rest);
    }
}

static void errors_have_the_names_that_libc_gives_them(void **state) {
    (void)state;
    unsigned known = 0;
    for (int error = -1; error < 300; error++) {
        const char *name = errno_name(error), *expected = strerrorname_np(error);
        if (strcmp(name, "unknown error") == 0)
            continue;
        known++;
        assert_string_equal(name, error == ENOTSUP ? "ENOTSUP" : expected);
    }
    assert_in_range(known, 50, 100);
    assert_string_equal(errno_name(EUCLEAN), "unknown error");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_and_terminated),
        cmocka_unit_test(a_paths_last_part_follows_its_last_slash),
        cmocka_unit_test(numbers_are_written),
        cmocka_unit_test(numbers_are_read_strictly),
        cmocka_unit_test(errors_have_the_names_that_libc_gives_them),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
