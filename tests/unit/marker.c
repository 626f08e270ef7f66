#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>

#include "core/folder.h"
#include "sockets/marker.h"

static char folder[FOLDER_SIZE];
static char address[SOCKET_PATH_SIZE];

static int enter(void **state) {
    if (enter_folder(state) != 0 || private_folder(folder) != 0)
        return -1;
    snprintf(address, sizeof address, "%s/0123456789abcdef", folder);
    settings.sockets = SOCKETS_ALWAYS; /* else nothing on a real disk is looked into */
    return mknod(address, S_IFSOCK | 0755, 0);
}

static bool reads(const char *path, bool follow, char found[SOCKET_PATH_SIZE]) {
    struct marker marker;
    bool found_one = marker_leads_to_socket(AT_FDCWD, path, follow, &marker);
    if (found_one)
        strcpy(found, marker.address);
    return found_one;
}

static void both_forms_hold_the_address(void **state) {
    (void)state;
    char found[SOCKET_PATH_SIZE];
    for (int symlink = 0; symlink <= 1; symlink++) {
        assert_int_equal(marker_create(AT_FDCWD, "m", address, symlink), 0);
        assert_int_equal(marker_create(AT_FDCWD, "m", address, symlink), -EEXIST);
        assert_true(reads("m", false, found));
        assert_string_equal(found, address);
        marker_remove(AT_FDCWD, "m", "/tmp/.qlshim-0/ffffffffffffffff");
        assert_int_equal(access("m", F_OK) == 0 || symlink, 1);
        marker_remove(AT_FDCWD, "m", address);
        assert_false(reads("m", false, found));
    }
}

static void a_link_to_a_file_marker_is_followed_where_asked(void **state) {
    (void)state;
    char found[SOCKET_PATH_SIZE];
    assert_int_equal(marker_create(AT_FDCWD, "m", address, false), 0);
    assert_int_equal(symlink("m", "l"), 0);
    assert_false(reads("l", false, found));
    assert_true(reads("l", true, found));
    assert_int_equal(unlink("l") + unlink("m"), 0);
}

static void forgeries_are_refused(void **state) {
    (void)state;
    static const char *const addresses[] = {"/etc/passwd", "relative/.qlshim-0/0123456789abcdef",
                                            "/run/docker.sock",
                                            "/tmp/.qlshim-0/../0123456789abcdef", ""};
    char bytes[MARKER_SIZE + 1] = {0};
    char found[SOCKET_PATH_SIZE];
    struct private_address parts;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        marker_format(addresses[i], bytes);
        assert_false(marker_parse(bytes, MARKER_SIZE, found, &parts));
    }
    marker_format(address, bytes);
    assert_true(marker_parse(bytes, MARKER_SIZE, found, &parts));
    assert_false(marker_parse(bytes, MARKER_SIZE + 1, found, &parts));
    for (size_t size = 0; size < MARKER_SIZE; size++)
        assert_false(marker_parse(bytes, size, found, &parts));
    const char *place = strstr(bytes, settings.tmpdir);
    for (size_t i = 0; i < MARKER_SIZE; i++) { /* no byte but those of QLSHIM_TMPDIR is free */
        if (bytes + i > place && bytes + i < place + strlen(settings.tmpdir))
            continue;
        char whole = bytes[i];
        bytes[i] = '~';
        assert_false(marker_parse(bytes, MARKER_SIZE, found, &parts));
        bytes[i] = whole;
    }
}

static void truncated_and_grown_files_are_refused(void **state) {
    (void)state;
    char bytes[MARKER_SIZE + 1] = {0};
    char found[SOCKET_PATH_SIZE];
    marker_format(address, bytes);
    write_file("m", bytes, MARKER_SIZE - 1);
    assert_false(reads("m", false, found));
    write_file("m", bytes, MARKER_SIZE + 1);
    assert_false(reads("m", false, found));
    write_file("m", bytes, 0);
    assert_false(reads("m", false, found));
    write_file("m", bytes, MARKER_SIZE);
    assert_true(reads("m", false, found));
    unlink("m");
}

static void the_folder_must_be_its_owners_alone(void **state) {
    (void)state;
    char found[SOCKET_PATH_SIZE];
    char foreign[SOCKET_PATH_SIZE];
    assert_int_equal(marker_create(AT_FDCWD, "m", address, false), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_false(reads("m", false, found));
    assert_int_equal(chmod(folder, 0711), 0);
    assert_true(reads("m", false, found));
    unlink("m");

    /* A folder that says it is another user's, but is ours. */
    snprintf(foreign, sizeof foreign, "%s/.qlshim-%u", settings.tmpdir, geteuid() + 1);
    assert_int_equal(mkdir(foreign, 0711), 0);
    strcat(foreign, "/0123456789abcdef");
    assert_int_equal(marker_create(AT_FDCWD, "m", foreign, false), 0);
    assert_false(reads("m", false, found));
    unlink("m");

    /* A link to a folder that would do. */
    snprintf(foreign, sizeof foreign, "%s/.qlshim-%u-e", settings.tmpdir, geteuid());
    assert_int_equal(symlink(folder, foreign), 0);
    strcat(foreign, "/0123456789abcdef");
    assert_int_equal(marker_create(AT_FDCWD, "m", foreign, false), 0);
    assert_false(reads("m", false, found));
    unlink("m");
}

static void nothing_else_is_opened(void **state) {
    (void)state;
    char found[SOCKET_PATH_SIZE];
    assert_int_equal(mkfifo("f", 0600), 0);
    assert_false(reads("f", true, found)); /* does not hang */
    assert_false(reads(".", true, found));
    assert_false(reads("none", true, found));
    unlink("f");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_hold_the_address),
        cmocka_unit_test(a_link_to_a_file_marker_is_followed_where_asked),
        cmocka_unit_test(forgeries_are_refused),
        cmocka_unit_test(truncated_and_grown_files_are_refused),
        cmocka_unit_test(the_folder_must_be_its_owners_alone),
        cmocka_unit_test(nothing_else_is_opened),
    };
    return cmocka_run_group_tests_name("marker", tests, enter, leave_folder);
}
