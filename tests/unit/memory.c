#include "unit/unit.h"

/* The library's own functions under other names, beside the C library's. */
#define memcpy own_memcpy
#define memmove own_memmove
#define memset own_memset
#define memcmp own_memcmp
#include "core/memory.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

enum { MOST = 40, ROOM = MOST + 16 };

static void fill(unsigned char bytes[ROOM], int seed) {
    for (int i = 0; i < ROOM; i++)
        bytes[i] = (unsigned char)(i * 37 + seed);
}

/* Every size around the words that are copied at once, at every alignment, and nothing beside it.
 */
static void bytes_are_copied_and_set_as_by_the_c_library(void **state) {
    (void)state;
    for (size_t size = 0; size <= MOST; size++)
        for (size_t at = 0; at < 8; at++) {
            unsigned char source[ROOM], expected[ROOM], found[ROOM];
            fill(source, 1);
            fill(expected, 200);
            fill(found, 200);
            assert_ptr_equal(own_memcpy(found + at, source + 3, size), found + at);
            memcpy(expected + at, source + 3, size);
            assert_memory_equal(found, expected, ROOM);
            assert_ptr_equal(own_memset(found + at, 0x1a5, size), found + at);
            memset(expected + at, 0x1a5, size);
            assert_memory_equal(found, expected, ROOM);
            own_memmove(found + at, found + 4, size);
            memmove(expected + at, expected + 4, size);
            assert_memory_equal(found, expected, ROOM);
        }
}

static int sign(int number) {
    return (number > 0) - (number < 0);
}

static void bytes_are_compared_as_by_the_c_library(void **state) {
    (void)state;
    for (size_t size = 0; size <= MOST; size++)
        for (size_t differing = 0; differing <= MOST; differing++) {
            unsigned char left[ROOM], right[ROOM];
            fill(left, 1);
            fill(right, 1);
            right[differing] ^= 0x80;
            right[ROOM - 1] ^= 1; /* beyond what is compared */
            assert_int_equal(own_memcmp(left, right, size), sign(memcmp(left, right, size)));
            assert_int_equal(own_memcmp(right, left, size), sign(memcmp(right, left, size)));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_copied_and_set_as_by_the_c_library),
        cmocka_unit_test(bytes_are_compared_as_by_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
