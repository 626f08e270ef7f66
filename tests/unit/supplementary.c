/* Names of the process's groups that the system does not know. */
#include "unit/account.h"

#include <grp.h>

#include "identity/supplementary.h"

enum { FIRST = 50000, MANY = 100 };

static struct supplementary found;

static bool by_gid(gid_t gid) {
    return supplementary_by_gid(&the_system, gid, &found);
}

static bool by_name(const char *name) {
    return supplementary_by_name(&the_system, name, &found);
}

/* Needs root's privilege to have groups at all. */
static void each_group_has_a_name_both_ways(void **state) {
    (void)state;
    gid_t groups[MANY];
    for (int i = 0; i < MANY; i++)
        groups[i] = FIRST + (gid_t)i;
    if (geteuid() != 0 || setgroups(MANY, groups) != 0)
        skip();
    for (gid_t gid = FIRST; gid < FIRST + MANY; gid++) {
        char name[16];
        snprintf(name, sizeof name, "g%u", gid);
        assert_true(by_gid(gid));
        assert_string_equal(found.group.gr_name, name);
        assert_string_equal(found.group.gr_passwd, "*");
        assert_int_equal(found.group.gr_gid, gid);
        assert_null(found.group.gr_mem[0]);
        memset(&found, 0, sizeof found);
        assert_true(by_name(name));
        assert_int_equal(found.group.gr_gid, gid);
    }
    assert_false(by_gid(FIRST - 1));
    assert_false(by_gid(FIRST + MANY));
    static const char *const others[] = {"",       "g",       "50000",      "g49999",
                                         "g50100", "g050000", "G50000",     "g50000 ",
                                         "u50000", "g-50000", "g4295017296" /* 2^32 more */};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(by_name(others[i]));
}

static void what_the_system_knows_or_could_not_say_stays(void **state) {
    (void)state;
    gid_t groups[] = {FIRST, FIRST + 1};
    if (geteuid() != 0 || setgroups(2, groups) != 0)
        skip();
    known.gid = FIRST;
    known.group = "g50001";
    assert_false(by_gid(FIRST));
    assert_false(by_name("g50000"));
    assert_false(by_gid(FIRST + 1));
    nothing_is_known(state);
    known.away_at = next_question();
    assert_false(by_gid(FIRST));
    assert_true(by_gid(FIRST));
    settings.active = false;
    assert_false(by_gid(FIRST));
    settings.active = true;
}

static void the_own_group_is_the_accounts_to_name_but_for_root(void **state) {
    (void)state;
    gid_t groups[] = {FIRST};
    if (geteuid() != 0 || setgroups(1, groups) != 0)
        skip();
    assert_int_equal(setegid(FIRST), 0);
    assert_true(by_gid(FIRST));
    assert_int_equal(seteuid(USER_ID), 0);
    assert_false(by_gid(FIRST));
    assert_false(by_name("g50000"));
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(0), 0);
}

static int load_settings(void **state) {
    static char *nothing[] = {NULL};
    settings_load(nothing, false);
    return set_up(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_group_has_a_name_both_ways, nothing_is_known),
        cmocka_unit_test_setup(what_the_system_knows_or_could_not_say_stays, nothing_is_known),
        cmocka_unit_test_setup(the_own_group_is_the_accounts_to_name_but_for_root,
                               nothing_is_known),
    };
    return cmocka_run_group_tests_name("supplementary", tests, load_settings, leave_folder);
}
