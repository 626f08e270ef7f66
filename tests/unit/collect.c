#include "unit/unit.h"

#include "core/folder.h"
#include "sockets/collect.h"
#include "sockets/names.h"

static char folder[FOLDER_SIZE];

static int bound(unsigned number, bool stays) {
    char path[SOCKET_PATH_SIZE];
    struct sockaddr_un address;
    snprintf(path, sizeof path, "%s/%016x", folder, number);
    int fd = socket(AF_UNIX, number % 2 ? SOCK_STREAM : SOCK_DGRAM, 0);
    socklen_t length = address_set(&address, path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    names_remember(path, "/data/some.sock");
    if (!stays)
        close(fd);
    return fd;
}

static bool there(const char *name) {
    char path[FOLDER_SIZE + 64];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return lstat(path, &status) == 0;
}

static void collect_thoroughly(void) {
    for (int i = 0; i < 200; i++)
        collect_some(folder);
}

static void the_dead_go_and_the_living_stay(void **state) {
    (void)state;
    int stream = bound(1, true); /* bound, not listening */
    int datagram = bound(2, true);
    bound(3, false);
    bound(4, false);
    assert_int_equal(record_write(folder, "0000000000000005.name", "lost"), 0);
    assert_int_equal(record_write(folder, "verdict-1-2", "takes 0 0 0"), 0);
    collect_thoroughly();
    assert_true(there("0000000000000003")); /* too young to tell */
    sleep(7);
    bound(6, false);
    collect_thoroughly();
    assert_true(there("0000000000000001") && there("0000000000000001.name"));
    assert_true(there("0000000000000002") && there("0000000000000002.name"));
    assert_false(there("0000000000000003") || there("0000000000000003.name"));
    assert_false(there("0000000000000004") || there("0000000000000004.name"));
    assert_false(there("0000000000000005.name"));
    assert_true(there("0000000000000006"));
    assert_true(there("verdict-1-2"));
    close(stream);
    close(datagram);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_dead_go_and_the_living_stay)};
    void *state = NULL;
    if (enter_folder(&state) != 0 || private_folder(folder) != 0)
        return 1;
    int failed = cmocka_run_group_tests_name("collect", tests, NULL, NULL);
    return leave_folder(&state) + failed;
}
