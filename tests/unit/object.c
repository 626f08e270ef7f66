#include "unit/unit.h"

#include <dlfcn.h>
#include <link.h>

#include "core/next.h"
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

/* What the doors look up. */
static const char names[] =
#define NEXT_SYMBOL_AS(id, symbol) #symbol "\0"
#include NEXT_SYMBOLS_LIST
    ;
#undef NEXT_SYMBOL_AS
enum { NAMES = 150 };

static void symbols_are_found_as_dlsym_finds_them(void **state) {
    (void)state;
    void *found[NAMES] = {NULL};
    unsigned count = 0;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        count++;
    assert_in_range(count, 50, NAMES);
    find_symbols_behind(&data, &(struct wanted_symbols){names, count, found});
    const char *name = names;
    for (unsigned i = 0; i < count; i++, name += strlen(name) + 1)
        if (found[i] != dlsym(RTLD_NEXT, name))
            fail_msg("%s: %p, not %p", name, found[i], dlsym(RTLD_NEXT, name));
}

static void what_is_there_or_nowhere_stays_as_it_is(void **state) {
    (void)state;
    void *found[3] = {&data, NULL, NULL};
    find_symbols_behind(&data, &(struct wanted_symbols){"bind\0no_such_symbol\0getpid", 3, found});
    assert_ptr_equal(found[0], &data);
    assert_null(found[1]);
    assert_ptr_equal(found[2], dlsym(RTLD_NEXT, "getpid"));
}

/* From the last object, there is nothing behind. */
static int note_last(struct dl_phdr_info *object, size_t size, void *last) {
    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_LOAD && object->dlpi_phdr[i].p_memsz > 0)
            *(const void **)last = (const void *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
    return 0;
}

static void only_what_lies_behind_is_searched(void **state) {
    (void)state;
    const void *last = NULL;
    void *found = NULL;
    dl_iterate_phdr(note_last, &last);
    find_symbols_behind(last, &(struct wanted_symbols){"getpid", 1, &found});
    assert_null(found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_found_as_dlsym_finds_them),
        cmocka_unit_test(what_is_there_or_nowhere_stays_as_it_is),
        cmocka_unit_test(only_what_lies_behind_is_searched),
        cmocka_unit_test(addresses_of_one_object_are_told_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
