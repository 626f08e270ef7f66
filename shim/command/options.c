#include "command/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "core/settings.h"
#include "writable/view.h"

static const struct option settings_options[] = {
    {"user", required_argument, NULL, 0},   {"home", required_argument, NULL, 0},
    {"tmpdir", required_argument, NULL, 0}, {"state", required_argument, NULL, 0},
    {"log", required_argument, NULL, 0},    {"writable", required_argument, NULL, 0},
    {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};

/* By the index of the option. */
static const char *const variables[] = {"QLSHIM_USER",  "QLSHIM_HOME", "QLSHIM_TMPDIR",
                                        "QLSHIM_STATE", "QLSHIM_LOG",  "QLSHIM_WRITABLE"};

const char *options_setting(unsigned index) {
    return index < sizeof variables / sizeof variables[0] ? variables[index] : NULL;
}

static bool refuse(const char *option, const char *value, const char *why) {
    fprintf(stderr, "qlshim: --%s %s: %s\n", option, value, why);
    return false;
}

static bool is_level(const char *value) {
    static const char *const levels[] = {"off", "error", "info", "debug"};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(value, levels[i]) == 0)
            return true;
    return false;
}

static bool can_be_view(const char *folder) {
    char path[VIEW_LONGEST + 1];
    return view_clean(folder, strlen(folder), path);
}

static bool value_usable(const char *option, const char *value) {
    if (value[0] == '\0') {
        fprintf(stderr, "qlshim: --%s needs a value\n", option);
        return false;
    }
    if (strcmp(option, "log") == 0)
        return is_level(value) || refuse(option, value, "not one of off, error, info, debug");
    if (strcmp(option, "user") == 0)
        return settings_user_name_valid(value) || refuse(option, value, "cannot be a user name");
    bool tmpdir = strcmp(option, "tmpdir") == 0;
    size_t longest = tmpdir ? TMPDIR_LONGEST : FOLDER_LONGEST;
    if (value[0] != '/')
        return refuse(option, value, "not an absolute path");
    if (!tmpdir && strpbrk(value, ":\n") != NULL)
        return refuse(option, value, "has a colon or a line's end");
    if (strlen(value) > longest) {
        fprintf(stderr, "qlshim: --%s %s: longer than %zu bytes\n", option, value, longest);
        return false;
    }
    return strcmp(option, "writable") != 0 || can_be_view(value) ||
           refuse(option, value,
                  "can be no view: it is /, /proc, /sys or /dev, or goes through ..");
}

/* A folder is added to those that are set already; any other value takes the place of what is set.
 */
static bool put(const char *variable, const char *value) {
    const char *others = getenv(variable);
    char *list = NULL;
    if (strcmp(variable, "QLSHIM_WRITABLE") != 0 || others == NULL || *others == '\0')
        return setenv(variable, value, 1) == 0;
    bool done = asprintf(&list, "%s:%s", others, value) > 0 && setenv(variable, list, 1) == 0;
    free(list);
    return done;
}

/* One option, as getopt_long(3): -1 at the end, 0, 'h', or EXIT_USAGE after saying what is wrong.
 */
static int next_option(int argc, char *argv[], const struct option options[], int *index) {
    opterr = 0;
    int found = getopt_long(argc, argv, "+:", options, index);
    if (found == -1 || found == 0 || found == 'h')
        return found;
    fprintf(stderr, "qlshim: %s: %s; see qlshim %s --help\n", argv[optind - 1],
            found == ':' ? "needs a value" : "no such option", argv[0]);
    return EXIT_USAGE;
}

int options_settings(int argc, char *argv[], const char *usage, int *first) {
    int index = 0;
    int found;
    while ((found = next_option(argc, argv, settings_options, &index)) == 0)
        if (!value_usable(settings_options[index].name, optarg) || !put(variables[index], optarg))
            return EXIT_USAGE;
    if (found == 'h')
        fputs(usage, stdout);
    *first = optind;
    return found == 'h' ? 0 : found == -1 ? OPTIONS_READ : found;
}

int options_flag(int argc, char *argv[], const char *usage, const char *name, bool *flag,
                 int *first) {
    const struct option options[] = {{name != NULL ? name : "help", no_argument, NULL, 0},
                                     {"help", no_argument, NULL, 'h'},
                                     {NULL, 0, NULL, 0}};
    int index = 0;
    int found;
    while ((found = next_option(argc, argv, name != NULL ? options : options + 1, &index)) == 0)
        *flag = true;
    if (found == 'h')
        fputs(usage, stdout);
    *first = optind;
    return found == 'h' ? 0 : found == -1 ? OPTIONS_READ : found;
}
