/* The home of a nameless uid. */
#include "unit/account.h"

static const char *path(const char *name) {
    static char text[128];
    snprintf(text, sizeof text, "%s/%s", base, name);
    return text;
}

static void assert_home(const char *expected) {
    struct stat status;
    assert_true(answer->given);
    assert_string_equal(answer->account.home, expected);
    assert_string_equal(answer->logged, "");
    assert_int_equal(stat(expected, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
}

static void a_home_that_can_be_written_is_kept(void **state) {
    (void)state;
    ASK(variable("HOME", base));
    assert_home(base);
    assert_int_equal(access(private_home(), F_OK), -1);
}

static void else_it_is_made_in_the_private_folder(void **state) {
    (void)state;
    struct stat status;
    char too_long[400];
    memset(too_long, '/', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    const char *const bad[] = {"/", "", "tmp", "./tmp", "/none", "/proc", too_long};
    ASK();
    assert_home(private_home());
    assert_int_equal(lstat(private_home(), &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0700);
    assert_int_equal(status.st_uid, asking_uid());
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(system("rm -rf tmp/.qlshim-*"), 0);
        ASK(variable("HOME", bad[i]));
        assert_home(private_home());
    }
}

static void qlshim_home_comes_first_and_is_made(void **state) {
    (void)state;
    struct stat status;
    ASK(variable("QLSHIM_HOME", path("mine")), variable("HOME", base));
    assert_home(path("mine"));
    assert_int_equal(stat("mine", &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0700);
    ASK(variable("QLSHIM_HOME", path("mine")));
    assert_home(path("mine"));
    ASK("QLSHIM_HOME=mine", variable("HOME", base));
    assert_string_equal(answer->account.home, base);
    assert_int_equal(lines(answer->logged), 1);
    ASK("QLSHIM_HOME=/tmp:/bin", variable("HOME", base));
    assert_string_equal(answer->account.home, base);
    assert_int_equal(lines(answer->logged), 1);
}

static void where_nothing_can_be_written_it_is_the_root_folder(void **state) {
    (void)state;
    assert_int_equal(rename("tmp", "moved"), 0);
    ASK("HOME=/proc");
    assert_home("/");
    assert_int_equal(rename("moved", "tmp"), 0);
}

/* The folder of a home that cannot be written, as root has made it. */
static void make_old_home(void) {
    assert_int_equal(
        system("rm -rf old tmp/.qlshim-*; umask 022; mkdir -p old/.config/app/deep/deeper "
               "old/.cache old/.locked old/data && echo token >old/.npmrc && echo a >old/data/a "
               "&& echo c >old/.config/app/c && ln -s /etc old/.link && echo d "
               ">old/.config/app/deep/deeper/d && chmod 777 old/.cache && chmod 700 "
               "old/.locked"),
        0);
}

static const char *link_of(const char *name) {
    static char target[256];
    char place[256];
    snprintf(place, sizeof place, "%s/%s", private_home(), name);
    ssize_t length = readlink(place, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return target;
}

static bool is_folder(const char *name) {
    char place[256];
    struct stat status;
    snprintf(place, sizeof place, "%s/%s", private_home(), name);
    return lstat(place, &status) == 0 && S_ISDIR(status.st_mode) &&
           (status.st_mode & 0777) == 0700 && status.st_uid == asking_uid();
}

static void it_shows_what_a_home_holds_that_cannot_be_written(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    make_old_home();
    ASK(variable("HOME", path("old")));
    assert_home(private_home());
    assert_string_equal(link_of(".npmrc"), path("old/.npmrc"));
    assert_string_equal(link_of("data"), path("old/data"));
    /* A link is a link to it, and what can be written is written there. */
    assert_string_equal(link_of(".link"), path("old/.link"));
    assert_string_equal(link_of(".cache"), path("old/.cache"));
    /* Else a program could not make its own folder beside the others. */
    assert_true(is_folder(".config"));
    assert_string_equal(link_of(".config/app"), path("old/.config/app"));
    assert_true(is_folder(".locked"));
}

static void what_is_in_it_already_stays(void **state) {
    (void)state;
    char command[1024];
    if (geteuid() != 0)
        skip();
    make_old_home();
    snprintf(
        command, sizeof command,
        "mkdir -p victim && chmod 777 victim && mkdir -m 711 tmp/.qlshim-%u && mkdir -m 700 %s && "
        "echo mine >%s/.npmrc && ln -s %s %s/.config && chown -R %u tmp/.qlshim-%u",
        asking_uid(), private_home(), private_home(), path("victim"), private_home(), asking_uid(),
        asking_uid());
    assert_int_equal(system(command), 0);
    ASK(variable("HOME", path("old")));
    assert_string_equal(link_of(".npmrc"), "");
    assert_string_equal(link_of(".config"), path("victim"));
    assert_int_equal(rmdir("victim"), 0); /* nothing was made behind the link */
    /* A home that is a link itself is not filled. */
    assert_int_equal(system("rm -rf tmp/.qlshim-*; mkdir -m 777 victim"), 0);
    snprintf(command, sizeof command,
             "mkdir -m 711 tmp/.qlshim-%u && ln -s %s %s && chown -hR %u tmp/.qlshim-%u",
             asking_uid(), path("victim"), private_home(), asking_uid(), asking_uid());
    assert_int_equal(system(command), 0);
    ASK(variable("HOME", path("old")));
    assert_int_equal(rmdir("victim"), 0);
}

static void it_is_not_filled_without_end_nor_with_the_root_folder(void **state) {
    (void)state;
    char command[256];
    if (geteuid() != 0)
        skip();
    assert_int_equal(
        system("rm -rf old tmp/.qlshim-*; mkdir old && cd old && seq 1500 | xargs touch"), 0);
    ASK(variable("HOME", path("old")));
    snprintf(command, sizeof command, "test $(ls %s | wc -l) = 1000", private_home());
    assert_int_equal(system(command), 0);
    assert_int_equal(system("rm -rf old tmp/.qlshim-*"), 0);
    ASK("HOME=/");
    assert_int_equal(rmdir(private_home()), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_home_that_can_be_written_is_kept, nothing_is_known),
        cmocka_unit_test_setup(else_it_is_made_in_the_private_folder, nothing_is_known),
        cmocka_unit_test_setup(qlshim_home_comes_first_and_is_made, nothing_is_known),
        cmocka_unit_test_setup(it_shows_what_a_home_holds_that_cannot_be_written, nothing_is_known),
        cmocka_unit_test_setup(what_is_in_it_already_stays, nothing_is_known),
        cmocka_unit_test_setup(it_is_not_filled_without_end_nor_with_the_root_folder,
                               nothing_is_known),
        cmocka_unit_test_setup(where_nothing_can_be_written_it_is_the_root_folder,
                               nothing_is_known),
    };
    return cmocka_run_group_tests_name("account_home", tests, set_up, leave_folder);
}
