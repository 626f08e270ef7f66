/* qlshim doctor: what would fail here without the shim, and what the shim does about it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/doctor/doctor.h"
#include "command/doctor/report.h"
#include "command/options.h"
#include "core/settings.h"
#include "exec/target.h"

static const char usage[] =
    "usage: qlshim doctor [--json] [PATH…]\n"
    "\n"
    "Tries, by system calls that no library sees, what would fail here without libqlshim.so,\n"
    "and says what the shim does about it, or what is left to you. A PATH is a folder in\n"
    "which programs keep sockets, or a program, by its path or its name; without one it looks\n"
    "at the current folder, HOME, what PM2_HOME, QL_DIR, TMPDIR and XDG's variables name, /ql,\n"
    "/ql/data and QLSHIM_TMPDIR, and at the programs in PATH.\n"
    "\n"
    "  --json   one JSON object, for programs\n"
    "  --help   this text\n"
    "\n"
    "Exit status: 0 where all is fine or mended, 1 where something needs you.\n";

/* HOME of a nameless user is `/` or missing: that is told of under identity. */
static void examine_usual_folders(void) {
    static const char *const named[] = {"PM2_HOME",     "QL_DIR",          "QL_DATA_DIR",
                                        "TMPDIR",       "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                                        "XDG_DATA_HOME"};
    const char *home = getenv("HOME");
    const char *panel = getenv("QL_DIR");
    char *current = getcwd(NULL, 0);
    if (current != NULL && strcmp(current, "/") != 0)
        examine_folder(current, INTEREST_NONE);
    if (home != NULL && strcmp(home, "/") != 0 && (current == NULL || strcmp(home, current) != 0))
        examine_folder(home, INTEREST_NONE);
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (getenv(named[i]) != NULL)
            examine_folder(getenv(named[i]), INTEREST_SETTING);
    if (panel == NULL && access("/ql", F_OK) == 0)
        examine_folder("/ql", INTEREST_SETTING);
    examine_folder("/ql/data", INTEREST_SETTING);
    if (settings.tmpdir[0] != '\0')
        examine_folder(settings.tmpdir, INTEREST_SETTING);
    free(current);
}

/* Shells and doctor itself look into each folder of PATH. */
static bool search_path_answers(void) {
    const char *search = getenv("PATH");
    bool answers = true;
    char *folders = strdup(search != NULL ? search : "");
    char *rest = folders;
    for (char *folder; answers && folders != NULL && (folder = strsep(&rest, ":")) != NULL;)
        answers = folder[0] != '/' || examine_answer("PATH", folder);
    free(folders);
    return answers;
}

/* The library looks at these when a program starts, for a user without a name or for cron. */
static bool variables_answer(void) {
    static const char *const names[] = {"HOME",         "QLSHIM_HOME",    "QLSHIM_TMPDIR",
                                        "QLSHIM_STATE", "QLSHIM_LIBRARY", "QLSHIM_LOG_FILE"};
    for (size_t i = geteuid() == 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path = getenv(names[i]); /* root's HOME is left alone */
        if (path != NULL && path[0] == '/' && !examine_answer(names[i], path))
            return false;
    }
    return search_path_answers();
}

/* A program may be named as a shell finds it. */
static const char *locate(const char *name) {
    char path[PATH_MAX];
    const char *search = getenv("PATH");
    if (search == NULL || strchr(name, '/') != NULL || access(name, F_OK) == 0 ||
        !target_find(name, search, path))
        return name;
    return text_of("%s", path);
}

/* What is no folder is a program; the programs are told of last. */
static bool examine_paths(char *names[], int count) {
    struct {
        const char *path;
        bool folder;
    } *named = calloc((size_t)count + 1, sizeof *named);
    if (named == NULL)
        return false;
    for (int i = 0; i < count; i++) {
        named[i].path = locate(names[i]);
        named[i].folder = examine_folder(named[i].path, INTEREST_ASKED);
    }
    examine_private_folder();
    examine_writable();
    examine_cron();
    for (int i = 0; i < count; i++)
        if (!named[i].folder)
            examine_program(named[i].path);
    free(named);
    return true;
}

int command_doctor(int argc, char *argv[]) {
    bool json = false;
    int first = 0;
    int result = options_flag(argc, argv, usage, "json", &json, &first);
    if (result != OPTIONS_READ)
        return result;
    report_begin(json);
    if (!variables_answer())
        return report_end() ? EXIT_NEEDS_READER : 0;
    examine_preload();
    examine_identity();
    if (first < argc) {
        if (!examine_paths(argv + first, argc - first))
            return EXIT_USAGE;
    } else {
        examine_usual_folders();
        examine_private_folder();
        examine_writable();
        examine_cron();
        examine_engines();
        examine_search_path();
    }
    return report_end() ? EXIT_NEEDS_READER : 0;
}
