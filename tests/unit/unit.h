/* What cmocka's header needs before it, and a folder to work in, with files. */
#ifndef QLSHIM_TESTS_UNIT_H
#define QLSHIM_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "core/settings.h"

/* A fresh folder, in which QLSHIM_TMPDIR lies as well: for cmocka's set-up. */
static inline int enter_folder(void **state) {
    static char path[] = "/tmp/qlshim-unit.XXXXXX";
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    if (mkdtemp(path) == NULL || chdir(path) != 0)
        return -1;
    settings = (struct settings){.active = true};
    snprintf(settings.tmpdir, sizeof settings.tmpdir, "%s/tmp", path);
    *state = path;
    return mkdir("tmp", 0777);
}

static inline int leave_folder(void **state) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    return chdir("/") != 0 || system(command) != 0;
}

static inline void write_file(const char *path, const char *bytes, size_t size) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* What the shim has logged, where QLSHIM_LOG_FILE is "log" in the folder; nothing without one. */
static inline void read_log(char *logged, size_t size) {
    FILE *log = fopen("log", "r");
    logged[0] = '\0';
    if (log == NULL)
        return;
    logged[fread(logged, 1, size - 1, log)] = '\0';
    fclose(log);
}

#endif
