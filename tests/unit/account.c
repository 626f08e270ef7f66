/* The name of a nameless uid, its group's, and the two entries as a whole. */
#include "unit/account.h"

static gid_t asking_gid(void) {
    return geteuid() == 0 ? GROUP_ID : getegid();
}

static const char *numbered(char letter, unsigned number) {
    static char text[16];
    snprintf(text, sizeof text, "%c%u", letter, number);
    return text;
}

static void assert_name(const char *expected) {
    assert_true(answer->given);
    assert_string_equal(answer->account.name, expected);
    assert_string_equal(answer->logged, "");
}

static void the_name_is_the_settings_or_the_environments_or_made_of_the_uid(void **state) {
    (void)state;
    static const char longest[] = "QLSHIM_USER=abcdefghijklmnopqrstuvwxyz012345";
    ASK();
    assert_name(numbered('u', asking_uid()));
    ASK("LOGNAME=ann");
    assert_name("ann");
    ASK("LOGNAME=ann", "USER=joe");
    assert_name("joe");
    ASK("LOGNAME=ann", "USER=joe", "QLSHIM_USER=me");
    assert_name("me");
    ASK("QLSHIM_USER=", "LOGNAME=ann", "USER=");
    assert_name("ann");
    ASK("QLSHIM_USER=\xc3\xa4.b_c-d$@e+f");
    assert_name("\xc3\xa4.b_c-d$@e+f");
    ASK(longest);
    assert_name(longest + sizeof "QLSHIM_USER");
}

static const char *const no_names[] = {
    "",      "a:b",  "root:x:0:0", "a\nb",
    "\n",    "a b",  " ",          "a\tb",
    "a\x7f", "a\rb", "a/b",        "/",
    "-",     "-a",   "-u23456",    "abcdefghijklmnopqrstuvwxyz0123456", /* 33 bytes */
};
enum { NO_NAMES = sizeof no_names / sizeof no_names[0] };

static void what_cannot_be_a_user_name_is_told_apart(void **state) {
    (void)state;
    for (int i = 0; i < NO_NAMES; i++)
        assert_false(settings_user_name_valid(no_names[i]));
    assert_true(settings_user_name_valid("a"));
    assert_true(settings_user_name_valid("a-"));
    assert_true(settings_user_name_valid("abcdefghijklmnopqrstuvwxyz012345"));
}

static void a_bad_name_is_refused_and_the_next_one_taken(void **state) {
    (void)state;
    for (int i = 0; i < NO_NAMES; i++) {
        ASK(variable("USER", no_names[i]), variable("LOGNAME", no_names[i]));
        assert_name(numbered('u', asking_uid()));
        ASK(variable("USER", no_names[i]), "LOGNAME=ann");
        assert_name("ann");
        /* Whoever has set QLSHIM_USER is told in one line; an empty one is as none. */
        ASK(variable("QLSHIM_USER", no_names[i]));
        assert_string_equal(answer->account.name, numbered('u', asking_uid()));
        assert_int_equal(lines(answer->logged), no_names[i][0] != '\0');
        if (no_names[i][0] != '\0')
            assert_non_null(strstr(answer->logged, ": cannot be a user name; ignored\n"));
    }
}

static void somebody_elses_name_is_not_taken(void **state) {
    (void)state;
    known.user = "joe";
    ASK("USER=joe", "LOGNAME=ann");
    assert_name("ann");
    ASK("USER=joe", "LOGNAME=joe");
    assert_name(numbered('u', asking_uid()));
    ASK("QLSHIM_USER=joe", "LOGNAME=ann");
    assert_string_equal(answer->account.name, "ann");
    assert_string_equal(answer->logged,
                        "qlshim: QLSHIM_USER=joe: is another user's name; ignored\n");
}

static void the_group_has_the_users_name_where_that_is_free(void **state) {
    (void)state;
    ASK("USER=joe");
    assert_string_equal(answer->account.group_name, "joe");
    known.group = "joe";
    ASK("USER=joe");
    assert_string_equal(answer->account.group_name, numbered('g', asking_gid()));
    known.gid = asking_gid();
    ASK("USER=joe");
    assert_true(answer->account.user_missing);
    assert_false(answer->account.group_missing);
    /* A user with a name, in a group without one. */
    nothing_is_known(state);
    known.uid = asking_uid();
    ASK("USER=joe");
    assert_false(answer->account.user_missing);
    assert_true(answer->account.group_missing);
    assert_string_equal(answer->account.group_name, numbered('g', asking_gid()));
}

static void the_entries_are_whole(void **state) {
    (void)state;
    char user[200];
    char group[100];
    ASK("QLSHIM_USER=me", variable("HOME", base));
    assert_true(answer->account.user_missing);
    assert_true(answer->account.group_missing);
    snprintf(user, sizeof user, "me:*:%u:%u:me:%s:/bin/sh", asking_uid(), asking_gid(), base);
    snprintf(group, sizeof group, "me:*:%u:", asking_gid());
    assert_string_equal(answer->user, user);
    assert_string_equal(answer->group, group);
    ASK("QLSHIM_SHELL=/bin/bash");
    assert_string_equal(answer->account.shell, "/bin/bash");
    ASK("QLSHIM_SHELL=bash");
    assert_string_equal(answer->account.shell, "/bin/sh");
    assert_int_equal(lines(answer->logged), 1);
}

static void the_answer_is_kept(void **state) {
    (void)state;
    ASK("USER=joe");
    assert_false(answer->known_before);
    assert_true(answer->known_after);
    assert_true(answer->kept);
    assert_true(answer->lazy);
}

/* Questions: the uid, then USER's name, then the gid. */
static void what_the_system_could_not_say_is_asked_again(void **state) {
    (void)state;
    for (known.away_at = 1; known.away_at <= 2; known.away_at++) {
        ASK("USER=joe");
        assert_false(answer->given_first);
        assert_name("joe");
        assert_true(answer->account.user_missing);
    }
    known.away_at = 3;
    ASK("USER=joe");
    assert_true(answer->given_first);
    assert_name("joe");
    assert_false(answer->account.group_asked);
    assert_false(answer->account.group_missing);
    known.away_at = 1;
    known.uid = asking_uid();
    ASK("USER=joe");
    assert_false(answer->given_first);
    assert_true(answer->given);
    assert_false(answer->account.user_missing);
    assert_false(ENVIRONMENT("USER=joe")->changed);
}

static void root_and_an_inactive_shim_have_none(void **state) {
    (void)state;
    ASK("QLSHIM_DISABLE=1");
    assert_false(answer->given);
    if (geteuid() == 0) {
        settings.active = true;
        assert_null(account_get(&the_system));
        assert_null(account_known());
        assert_false(identity_set_environment(&the_system));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_name_is_the_settings_or_the_environments_or_made_of_the_uid,
                               nothing_is_known),
        cmocka_unit_test(what_cannot_be_a_user_name_is_told_apart),
        cmocka_unit_test_setup(a_bad_name_is_refused_and_the_next_one_taken, nothing_is_known),
        cmocka_unit_test_setup(somebody_elses_name_is_not_taken, nothing_is_known),
        cmocka_unit_test_setup(the_group_has_the_users_name_where_that_is_free, nothing_is_known),
        cmocka_unit_test_setup(the_entries_are_whole, nothing_is_known),
        cmocka_unit_test_setup(the_answer_is_kept, nothing_is_known),
        cmocka_unit_test_setup(what_the_system_could_not_say_is_asked_again, nothing_is_known),
        cmocka_unit_test_setup(root_and_an_inactive_shim_have_none, nothing_is_known),
    };
    return cmocka_run_group_tests_name("account", tests, set_up, leave_folder);
}
