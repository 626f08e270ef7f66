#include "unit/unit.h"

#include "sockets/address.h"

static size_t path_of(sa_family_t family, const char *bytes, size_t size, socklen_t length,
                      char path[SOCKET_PATH_SIZE]) {
    struct sockaddr_un address = {.sun_family = family};
    memcpy(address.sun_path, bytes, size);
    return address_path((struct sockaddr *)&address, length, path);
}

static void only_pathnames_have_a_path(void **state) {
    (void)state;
    char path[SOCKET_PATH_SIZE];
    assert_int_equal(path_of(AF_UNIX, "/a", 3, 5, path), 2);
    assert_string_equal(path, "/a");
    assert_int_equal(path_of(AF_UNIX, "/a", 3, 110, path), 2);
    assert_int_equal(path_of(AF_UNIX, "/a", 3, 3, path),
                     1); /* cut by the length, as in the kernel */
    assert_string_equal(path, "/");
    assert_int_equal(path_of(AF_UNIX, "/a", 3, 2, path), 0); /* autobind */
    assert_int_equal(path_of(AF_UNIX, "/a", 3, 1, path), 0);
    assert_int_equal(path_of(AF_UNIX, "/a", 3, 0, path), 0);
    assert_int_equal(path_of(AF_UNIX, "/a", 3, 111, path), 0); /* EINVAL */
    assert_int_equal(path_of(AF_UNIX, "\0a", 3, 5, path), 0);  /* abstract */
    assert_int_equal(path_of(AF_INET, "/a", 3, 16, path), 0);
}

static void a_full_path_needs_no_terminator(void **state) {
    (void)state;
    char bytes[108];
    char path[SOCKET_PATH_SIZE];
    struct sockaddr_un address;
    memset(bytes, 'p', sizeof bytes);
    assert_int_equal(path_of(AF_UNIX, bytes, sizeof bytes, 110, path), 108);
    assert_int_equal(strlen(path), 108);
    assert_int_equal(address_set(&address, path), 111); /* what getsockname(2) says of it */
    assert_memory_equal(address.sun_path, bytes, sizeof bytes);
    assert_int_equal(address_set(&address, "/a"), 5);
}

static void reads_nothing_beyond_the_length(void **state) {
    (void)state;
    char path[SOCKET_PATH_SIZE];
    char *bytes = malloc(4); /* AddressSanitizer watches its end */
    memcpy(bytes, &(sa_family_t){AF_UNIX}, 2);
    bytes[2] = bytes[3] = 'x';
    assert_int_equal(address_path((struct sockaddr *)bytes, 4, path), 2);
    assert_string_equal(path, "xx");
    free(bytes);
}

static void private_addresses_have_one_form(void **state) {
    (void)state;
    static const char *const good[] = {
        "/tmp/.qlshim-12345/0123456789abcdef", "/.qlshim-0/ffffffffffffffff",
        "/a/b/.qlshim-4294967295-f/0123456789abcdef", "/tmp/.qlshim-1-0123abcd/0123456789abcdef"};
    static const char *const bad[] = {"",
                                      "/",
                                      "0123456789abcdef",
                                      "/0123456789abcdef",
                                      "tmp/.qlshim-1/0123456789abcdef",
                                      "/tmp/.qlshim-1/0123456789abcde",
                                      "/tmp/.qlshim-1/0123456789abcdef0",
                                      "/tmp/.qlshim-1/0123456789ABCDEF",
                                      "/tmp/.qlshim-/0123456789abcdef",
                                      "/tmp/.qlshim-01/0123456789abcdef",
                                      "/tmp/.qlshim-4294967296/0123456789abcdef",
                                      "/tmp/.qlshim-1x/0123456789abcdef",
                                      "/tmp/.qlshim-1-/0123456789abcdef",
                                      "/tmp/.qlshim-1-012345678/0123456789abcdef",
                                      "/tmp/.qlshim-1-g/0123456789abcdef",
                                      "/tmp/qlshim-1/0123456789abcdef",
                                      "/tmp/.qlshim-1/x/0123456789abcdef",
                                      "/tmp/x.qlshim-1/0123456789abcdef",
                                      "/tmp/.qlshim-1//0123456789abcdef"};
    struct private_address parts;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(address_is_private(good[i], &parts));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(address_is_private(bad[i], &parts));
    assert_true(address_is_private(good[0], &parts));
    assert_int_equal(parts.owner, 12345);
    assert_int_equal(parts.folder_length, strlen("/tmp/.qlshim-12345"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_pathnames_have_a_path),
        cmocka_unit_test(a_full_path_needs_no_terminator),
        cmocka_unit_test(reads_nothing_beyond_the_length),
        cmocka_unit_test(private_addresses_have_one_form),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
