#include "unit/unit.h"

#include "core/object.h"

static int data = 1;

static void addresses_of_one_object_are_told_from_others(void **state) {
    (void)state;
    int in_frame = 0;
    assert_true(same_object(&data, (void *)addresses_of_one_object_are_told_from_others));
    assert_true(same_object((void *)getpid, (void *)gethostname));
    assert_false(same_object((void *)getpid, &data));
    assert_false(same_object(&data, (void *)getpid));
    assert_false(same_object(&data, &in_frame));
    assert_false(same_object(&in_frame, &in_frame)); /* no object's */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_one_object_are_told_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
