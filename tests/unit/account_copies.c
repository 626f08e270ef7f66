/* Entries are copied to a buffer of the caller's, or ERANGE. */
#include "unit/unit.h"

#include <errno.h>
#include <stdalign.h>

#include "identity/account.h"

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
        cmocka_unit_test(a_user_is_copied_from_the_size_on_that_fits),
        cmocka_unit_test(a_group_is_copied_wherever_its_list_can_be_aligned),
    };
    return cmocka_run_group_tests_name("account_copies", tests, NULL, NULL);
}
