#include "unit/unit.h"

#include <elf.h>
#include <link.h>

#include "command/doctor/program.h"
#include "command/messages.h"
#include "core/platform.h"

static bool fits(const char *pattern, const char *line) {
    return messages_fit((struct span){pattern, strlen(pattern)}, line);
}

static void a_pattern_fits_by_its_parts_in_order(void **state) {
    (void)state;
    assert_true(fits("connect ENOTSUP", "Error: Connect enotsup /x"));
    assert_true(fits("object...cannot be preloaded", "object 'x' cannot be preloaded"));
    assert_false(fits("object...cannot be preloaded", "cannot be preloaded object"));
    assert_true(fits("a...a", "aa"));
    assert_false(fits("a...a", "a"));
    assert_true(fits("...sock", "/x.sock"));
    assert_false(fits("sock", ""));
}

static bool starts(struct span span, const char *words) {
    return span.length >= strlen(words) && strncmp(span.start, words, strlen(words)) == 0;
}

static void the_longest_message_counts(void **state) {
    (void)state;
    struct explanation found;
    assert_true(messages_find("EACCES: permission denied, mkdir '/.pm2/logs'", &found));
    assert_true(starts(found.area, "identity"));
    assert_true(messages_find("EACCES: permission denied, mkdir '/data/x'", &found));
    assert_true(starts(found.area, "volume"));
    assert_true(messages_find("crontab: must be suid to work properly", &found));
    assert_true(starts(found.area, "cron") && found.cause.length > 0 && found.mend.length > 0);
    assert_false(messages_find("", &found));
    assert_false(messages_find("all is well", &found));
}

/* A program's header with up to two segments, and the bytes behind them. */
struct image {
    ElfW(Ehdr) header;
    ElfW(Phdr) segments[2];
    struct {
        ElfW(Nhdr) header;
        char name[4];
    } note;
};

enum {
    OWN_MACHINE = PLATFORM_ELF_MACHINE,
    OTHER_MACHINE = OWN_MACHINE == EM_AARCH64 ? EM_X86_64 : EM_AARCH64
};

static struct image image_with(unsigned first, unsigned second) {
    struct image image = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, PLATFORM_ELF_CLASS},
                   .e_machine = OWN_MACHINE,
                   .e_phoff = offsetof(struct image, segments),
                   .e_phentsize = sizeof(ElfW(Phdr)),
                   .e_phnum = 2},
        .segments = {{.p_type = first}, {.p_type = second}},
        .note = {{.n_namesz = 4}, "Go"},
    };
    for (int i = 0; i < 2; i++) {
        image.segments[i].p_offset = offsetof(struct image, note);
        image.segments[i].p_filesz = sizeof image.note;
    }
    return image;
}

static enum reach reach_of(const void *bytes, size_t size) {
    char interpreter[PATH_MAX];
    return program_reach_of(bytes, size, interpreter);
}

static void a_program_tells_whether_a_loader_runs_it(void **state) {
    (void)state;
    struct image image = image_with(PT_LOAD, PT_INTERP);
    assert_int_equal(reach_of(&image, sizeof image), REACH_YES);
    image = image_with(PT_LOAD, PT_DYNAMIC);
    assert_int_equal(reach_of(&image, sizeof image), REACH_STATIC);
    image = image_with(PT_INTERP, PT_NOTE);
    assert_int_equal(reach_of(&image, sizeof image), REACH_GO);
    image.note.name[0] = 'g';
    assert_int_equal(reach_of(&image, sizeof image), REACH_YES);
    image.header.e_machine = OTHER_MACHINE;
    assert_int_equal(reach_of(&image, sizeof image), REACH_OTHER_CLASS);
    image.header.e_ident[EI_CLASS] = ELFCLASS32 + ELFCLASS64 - PLATFORM_ELF_CLASS;
    assert_int_equal(reach_of(&image, sizeof image), REACH_OTHER_CLASS);
}

/* Each in memory of just its size, so that a byte beyond is found. */
static void a_cut_program_does_no_harm(void **state) {
    (void)state;
    struct image image = image_with(PT_NOTE, PT_INTERP);
    image.note.header.n_namesz = UINT32_MAX;
    image.note.header.n_descsz = UINT32_MAX;
    for (size_t size = 0; size <= sizeof image; size++) {
        unsigned char *bytes = malloc(size > 0 ? size : 1);
        memcpy(bytes, &image, size);
        reach_of(bytes, size);
        free(bytes);
    }
    image.header.e_phoff = (__typeof__(image.header.e_phoff))(UINT64_MAX - 8);
    image.header.e_phnum = UINT16_MAX;
    assert_int_equal(reach_of(&image, sizeof image), REACH_STATIC);
}

static void a_script_names_its_interpreter(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *interpreter;
    } scripts[] = {{"#!/bin/sh\n", "/bin/sh"},
                   {"#! /usr/bin/python3 -I\n", "/usr/bin/python3"},
                   {"#!/usr/bin/env node\n", "node"},
                   {"#!/usr/bin/env -S node --x\n", "node"},
                   {"#!/bin/sh", "/bin/sh"}};
    char interpreter[PATH_MAX];
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        const char *text = scripts[i].text;
        assert_int_equal(program_reach_of((const unsigned char *)text, strlen(text), interpreter),
                         REACH_SCRIPT);
        assert_string_equal(interpreter, scripts[i].interpreter);
    }
    assert_int_equal(reach_of("#!\n", 3), REACH_NO_PROGRAM);
    assert_int_equal(reach_of("#!/usr/bin/env\n", 15), REACH_NO_PROGRAM);
    assert_int_equal(reach_of("hello", 5), REACH_NO_PROGRAM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_fits_by_its_parts_in_order),
        cmocka_unit_test(the_longest_message_counts),
        cmocka_unit_test(a_program_tells_whether_a_loader_runs_it),
        cmocka_unit_test(a_cut_program_does_no_harm),
        cmocka_unit_test(a_script_names_its_interpreter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
