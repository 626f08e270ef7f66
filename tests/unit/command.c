#include "unit/unit.h"

#include <elf.h>
#include <link.h>

#include "command/doctor/program.h"
#include "command/lines.h"
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
    assert_true(fits("(...(", "(("));
    assert_false(fits("(...(", "("));
    assert_true(fits("...sock", "/x.sock"));
    assert_false(fits("sock", ""));
}

static void a_pattern_fits_in_whole_words(void **state) {
    (void)state;
    assert_true(fits("ps: not found", "sh: 1: ps: not found"));
    assert_false(fits("ps: not found", "sh: 1: https: not found"));
    assert_false(fits("bind...failed", "rebind() failed"));
    assert_true(fits("bind...failed", "rebind, bind: failed"));
    assert_false(fits("connect EIO", "connect EIOX"));
    assert_false(fits("/ql/x", "/opt/ql/x"));
    assert_true(fits("/.npm", "//.npm"));
    assert_true(fits("EIO", "said:\\nEIO"));
    assert_true(fits("EIO", "错EIO了"));
    assert_true(fits("'x' and", "`x' AND"));
    assert_true(fits("\"x\"", "'x'"));
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

static void a_port_is_told_from_a_path(void **state) {
    (void)state;
    static const char *const ports[] = {
        "listen tcp :80: bind: permission denied",
        "listen EADDRINUSE: address already in use :::3000",
        "bind() to 0.0.0.0:80 failed",
        "bind() to [::]:80 failed",
        "connect ECONNREFUSED ::1:5432",
        "Can't listen on *:80",
        "http://localhost:80/x",
        "[127.0.0.1:80]",
        "on address ('0.0.0.0', 8080): address already in use",
        "Port 3000 is in use",
        "\"127.0.0.1\" port 9 (Errno::ECONNREFUSED)",
    };
    static const char *const others[] = {
        "",
        ":",
        "[10:00:00] bind: x",
        "2024-01-01T10:00:00.123Z listen EACCES /x",
        "10:00:00 bind: x",
        "server.py:12 bind: x",
        "at Server.listen (node:net:1320:5)",
        "connect() to unix:/x failed, client: 127.0.0.1, host: \"localhost:8080\"",
        "127.0.0.1:9 cannot bind /x/y.sock",
        "port is lost",
    };
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        assert_true(lines_name_port(ports[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(lines_name_port(others[i]));
}

static char said[400];

static bool note(const char *text) {
    strncat(said, text, sizeof said - strlen(said) - 2);
    strcat(said, "|");
    return strcmp(text, "yes") == 0;
}

static bool reads(const char *line, const char *texts) {
    char copy[400];
    strcpy(copy, line);
    *said = '\0';
    lines_each(copy, note);
    return strcmp(said, texts) == 0;
}

static void a_line_is_taken_down_to_what_it_says(void **state) {
    (void)state;
    assert_true(reads("plain", "plain|"));
    assert_true(reads("", ""));
    assert_true(reads("a\nb\r\n", "a|b|"));
    assert_true(reads("\033[1;31mE\033[0mx \033]0;t\ay\033]8;;u\033\\z\033(q", "Ex yzq|"));
    assert_true(reads("[31mE[39m ^[[0mx \\u001b[1my #033[0mz[m", "E x y z[m|"));
    assert_true(reads("\033", ""));
    assert_true(reads("\033[", ""));
    assert_true(reads("\033]", ""));
    assert_true(reads("\u2018a\u2019 \u201cb\u201d &#39;c&quot; \\\"d\\'", "'a' 'b' 'c\" \"d'|"));
    assert_true(reads("t {\"log\":\"one\\ntwo\\u001b[0m\\u00fc\\\\\", \"n\": [1, {\"e\":\"x\"}]}",
                      "t |log|one|two\u00fc\\|n|e|x|"));
    assert_true(reads("{\"log\":\"{\\\"m\\\":\\\"in\\\"}\\n\",\"s\":\"err\"}", "log|m|in|s|err|"));
    assert_true(reads("{\"cut\":\"of", "cut|of|"));
    assert_true(reads("{\"cut\":\"of\\", "cut|of\\|"));
    assert_true(reads("{\"a\":\"\\u12\\ud800\\u0000x\"}", "a|u12? x|"));
    assert_true(reads("{\"set\"} of {x", "{\"set\"} of {x|"));
    char line[] = "no\nyes\nno";
    assert_true(lines_each(line, note));
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
        cmocka_unit_test(a_pattern_fits_in_whole_words),
        cmocka_unit_test(a_port_is_told_from_a_path),
        cmocka_unit_test(a_line_is_taken_down_to_what_it_says),
        cmocka_unit_test(the_longest_message_counts),
        cmocka_unit_test(a_program_tells_whether_a_loader_runs_it),
        cmocka_unit_test(a_cut_program_does_no_harm),
        cmocka_unit_test(a_script_names_its_interpreter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
