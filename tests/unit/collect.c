#include "unit/unit.h"

#include "core/folder.h"
#include "sockets/collect.h"
#include "sockets/names.h"

static char folder[FOLDER_SIZE];

/* Binds there; closes it at once where there is no `fd` to keep it in. */
static void bound_at(const char *path, bool stream, int *fd) {
    struct sockaddr_un address;
    int bound = socket(AF_UNIX, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    socklen_t length = address_set(&address, path);
    assert_int_equal(bind(bound, (struct sockaddr *)&address, length), 0);
    names_remember(path, "/data/some.sock");
    if (fd != NULL)
        *fd = bound;
    else
        close(bound);
}

static int bound(unsigned number, bool stays) {
    char path[SOCKET_PATH_SIZE];
    int fd = -1;
    snprintf(path, sizeof path, "%s/%016x", folder, number);
    bound_at(path, number % 2, stays ? &fd : NULL);
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

/* Some that live, and then as many short-lived ones as a busy program makes. */
static void the_process_s_own_dead_go_at_once(void **state) {
    (void)state;
    char address[SOCKET_PATH_SIZE];
    char name[PRIVATE_NAME_DIGITS + sizeof ".name"];
    int living[8];
    int left = 0;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(address, sizeof address, "%s/a%015x", folder, i);
        bound_at(address, i % 2, i < 8 ? &living[i] : NULL);
        collect_later(address);
        collect_some(folder);
    }
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "a%015x", i);
        left += there(name);
        strcat(name, ".name");
        left += there(name);
        assert_true(i >= 8 || there(name));
    }
    assert_in_range(left, 2 * 8, 2 * (8 + 16));
    for (int i = 0; i < 8; i++)
        close(living[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_dead_go_and_the_living_stay),
                                       cmocka_unit_test(the_process_s_own_dead_go_at_once)};
    void *state = NULL;
    if (enter_folder(&state) != 0 || private_folder(folder) != 0)
        return 1;
    int failed = cmocka_run_group_tests_name("collect", tests, NULL, NULL);
    return leave_folder(&state) + failed;
}
