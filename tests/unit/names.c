#include "unit/unit.h"

#include "core/folder.h"
#include "core/table.h"
#include "sockets/missing.h"
#include "sockets/names.h"

static char folder[FOLDER_SIZE];

static int enter(void **state) {
    return enter_folder(state) != 0 || private_folder(folder) != 0;
}

static const char *address(unsigned number) {
    static char text[SOCKET_PATH_SIZE];
    snprintf(text, sizeof text, "%s/%016x", folder, number);
    return text;
}

static void remembered_in_the_table_and_beside_the_socket(void **state) {
    (void)state;
    char path[SOCKET_PATH_SIZE];
    char content[SOCKET_PATH_SIZE];
    names_remember(address(1), "relative.sock");
    assert_true(names_find(address(1), path));
    assert_string_equal(path, "relative.sock");
    assert_int_equal(record_read(folder, "0000000000000001.name", content, sizeof content), 0);
    assert_string_equal(content, "relative.sock");
    assert_false(names_find(address(2), path));
    assert_false(names_find("/tmp/elsewhere", path));
}

static void found_without_the_table(void **state) {
    (void)state;
    char path[SOCKET_PATH_SIZE];
    names_remember(address(3), "/data/3.sock");
    assert_true(table_try_lock()); /* as a signal handler finds it, or the child of a thread */
    assert_true(names_find(address(3), path));
    assert_string_equal(path, "/data/3.sock");
    names_remember(address(4), "/data/4.sock");
    table_unlock();
    assert_true(names_find(address(4), path));
    assert_string_equal(path, "/data/4.sock");
}

static void thousands_are_kept(void **state) {
    (void)state;
    char path[SOCKET_PATH_SIZE];
    char expected[32];
    for (unsigned i = 100; i < 20100; i++) {
        snprintf(expected, sizeof expected, "/data/%u", i);
        names_remember(address(i), expected);
    }
    for (unsigned i = 100; i < 20100; i += 999) {
        snprintf(expected, sizeof expected, "/data/%u", i);
        assert_true(names_find(address(i), path));
        assert_string_equal(path, expected);
    }
}

static void names_are_restored_as_the_kernel_would_write_them(void **state) {
    (void)state;
    char longest[SOCKET_PATH_SIZE] = {0};
    struct sockaddr_un name;
    memset(longest, 'p', SOCKET_PATH_LONGEST);
    names_remember(address(5), longest);
    socklen_t length = address_set(&name, address(5));
    names_restore((struct sockaddr *)&name, sizeof name, &length);
    assert_int_equal(length, 111);
    assert_memory_equal(name.sun_path, longest, SOCKET_PATH_LONGEST);

    length = address_set(&name, "/tmp/elsewhere");
    names_restore((struct sockaddr *)&name, sizeof name, &length);
    assert_string_equal(name.sun_path, "/tmp/elsewhere");

    /* Nothing is written behind the caller's buffer. */
    length = address_set(&name, address(5));
    socklen_t capacity = length;
    memset((char *)&name + capacity, '#', sizeof name - capacity);
    names_restore((struct sockaddr *)&name, capacity, &length);
    assert_int_equal(length, 111);
    assert_int_equal(((char *)&name)[capacity], '#');
}

static void missing_paths_are_noted(void **state) {
    (void)state;
    char long_path[200];
    memset(long_path, 'x', sizeof long_path);
    long_path[199] = '\0';
    missing_note("/data/a.sock");
    missing_note(long_path);
    assert_true(missing_noted("/data/a.sock"));
    assert_false(missing_noted("/data/b.sock"));
    for (int i = 0; i < 8; i++)
        missing_note("/data/other.sock");
    assert_false(missing_noted("/data/a.sock"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembered_in_the_table_and_beside_the_socket),
        cmocka_unit_test(found_without_the_table),
        cmocka_unit_test(thousands_are_kept),
        cmocka_unit_test(names_are_restored_as_the_kernel_would_write_them),
        cmocka_unit_test(missing_paths_are_noted),
    };
    return cmocka_run_group_tests_name("names", tests, enter, leave_folder);
}
