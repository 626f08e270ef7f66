#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/filesystem.h"
#include "core/folder.h"
#include "sockets/verdict.h"

static void records_read_as_they_were_written(void **state) {
    (void)state;
    const struct verdict verdicts[] = {
        {.kind = VERDICT_TAKES},
        {.kind = VERDICT_REFUSES, .symlinks = true, .step = STEP_UNLINK, .error = ENOTSUP},
        {.kind = VERDICT_REFUSES, .step = STEP_LSTAT}};
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        char text[VERDICT_TEXT_SIZE];
        struct verdict read;
        verdict_format(&verdicts[i], text);
        assert_true(verdict_parse(text, &read));
        assert_int_equal(read.kind, verdicts[i].kind);
        assert_int_equal(read.symlinks, verdicts[i].symlinks);
        assert_int_equal(read.step, verdicts[i].step);
        assert_int_equal(read.error, verdicts[i].error);
    }
}

static void other_text_is_no_record(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "t",
                                      "takes",
                                      "takes 0 0",
                                      "takes 0 0 0 ",
                                      "takes 2 0 0",
                                      "takes 0 5 0",
                                      "takes 0 0 4096",
                                      "refuses 0 0 -1",
                                      "refuses  0 0 0",
                                      "refused 0 0 0",
                                      "takes 0 0 0x"};
    struct verdict verdict;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(verdict_parse(bad[i], &verdict));
}

static int count_left(const char *folder) {
    char command[128];
    snprintf(command, sizeof command, "exit $(ls -A %s | wc -l)", folder);
    return system(command) >> 8;
}

static void a_good_folder_takes_sockets_and_stays_clean(void **state) {
    (void)state;
    assert_int_equal(mkdir("good", 0700), 0);
    assert_int_equal(trial_of("good").kind, VERDICT_TAKES);
    int good = open("good", O_PATH | O_DIRECTORY);
    assert_int_equal(verdict_of(good, "good").kind, VERDICT_TAKES);
    assert_int_equal(verdict_of(good, "good").kind, VERDICT_TAKES); /* from the table */
    close(good);
    assert_int_equal(count_left("good"), 0);
}

static void a_folder_that_is_not_there_is_not_tried(void **state) {
    (void)state;
    assert_int_equal(trial_of("none").kind, VERDICT_UNKNOWN);
}

static void filesystems_are_known(void **state) {
    (void)state;
    assert_true(filesystem_of_type(0xef53)->trusted);
    assert_true(filesystem_of_type(0x01021994)->trusted);
    assert_false(filesystem_of_type(0x65735546)->trusted);
    assert_false(filesystem_of_type(0x6969)->trusted);
    assert_false(filesystem_of_type(12345)->trusted);
    assert_string_equal(filesystem_of_type(12345)->name, "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_read_as_they_were_written),
        cmocka_unit_test(other_text_is_no_record),
        cmocka_unit_test(a_good_folder_takes_sockets_and_stays_clean),
        cmocka_unit_test(a_folder_that_is_not_there_is_not_tried),
        cmocka_unit_test(filesystems_are_known),
    };
    return cmocka_run_group_tests_name("verdict", tests, enter_folder, leave_folder);
}
