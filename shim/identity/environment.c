#include "identity/environment.h"

#include <unistd.h>

#include "core/kernel.h"
#include "core/passwd_file.h"
#include "core/rarely_used.h"
#include "core/text.h"
#include "identity/home.h"

enum variable { HOME, USER, LOGNAME, VARIABLES };

static const char names[VARIABLES][8] = {"HOME", "USER", "LOGNAME"};

static size_t find_variables(const char *values[VARIABLES]) {
    size_t count = 0;
    for (; environ[count] != NULL; count++)
        for (int variable = HOME; variable < VARIABLES; variable++)
            if (environ[count][0] == names[variable][0] && values[variable] == NULL)
                values[variable] = settings_value(environ[count], names[variable]);
    return count;
}

/* USER or LOGNAME is of use if it can be this user's name. */
static bool name_usable(const char *value, const struct account *account,
                        const struct account_system *system) {
    return value != NULL &&
           (text_equal(value, account->name) ||
            (settings_user_name_valid(value) && system->find_user(value) == ENTRY_MISSING));
}

static bool is_entry_of(const char *entry, const char *const replaced[VARIABLES]) {
    for (int variable = HOME; variable < VARIABLES; variable++)
        if (replaced[variable] != NULL && settings_value(entry, names[variable]) != NULL)
            return true;
    return false;
}

/*
 * In the library's own pages where it is not large, since a mapping costs more. Who needs it is a
 * nameless user's first process: what all processes write lies apart from it.
 */
static void *vector_memory(size_t size) {
    static RARELY_USED _Alignas(char *) char memory[1600];
    static bool taken; /* a second vector would be made while the first is read */
    if (taken || size > sizeof memory)
        return kernel_pages(size);
    taken = true;
    return memory;
}

/* A vector without the old entries of what is replaced, and with the new ones at its end. */
static bool replace(size_t count, const char *const replaced[VARIABLES]) {
    size_t room = sizeof "LOGNAME=" + FOLDER_LONGEST;
    char **vector = vector_memory((count + VARIABLES + 1) * sizeof *vector + VARIABLES * room);
    if (vector == NULL)
        return false;
    char *entry = (char *)(vector + count + VARIABLES + 1);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_entry_of(environ[i], replaced))
            vector[kept++] = environ[i];
    for (int variable = HOME; variable < VARIABLES; variable++) {
        if (replaced[variable] == NULL)
            continue;
        struct text text = text_in(entry, room);
        text_append(&text, names[variable]);
        text_append(&text, "=");
        text_append(&text, replaced[variable]);
        vector[kept++] = entry;
        entry += room;
    }
    environ = vector;
    return true;
}

bool identity_replace_home(const char *value, const struct account_system *system,
                           char home[FOLDER_LONGEST + 1]) {
    if (!home_unwanted(value))
        return false;
    bool found = system->find_home(kernel_geteuid(), home);
    if ((value == NULL || *value == '\0') && found && !home_unwanted(home))
        return false;
    if (found && settings.home[0] == '\0' && home_usable(home))
        return true;
    const struct account *account = account_get_with_home(system);
    return account != NULL && text_copy(home, FOLDER_LONGEST + 1, account->home);
}

bool identity_set_environment(const struct account_system *system) {
    static char *nothing[] = {NULL};
    const char *values[VARIABLES] = {0};
    char home[FOLDER_LONGEST + 1];
    uid_t uid = kernel_geteuid();
    if (uid == 0)
        return false;
    if (environ == NULL)
        environ = nothing;
    size_t count = find_variables(values);
    bool usable = home_usable(values[HOME]);
    if (usable && values[USER] != NULL && values[LOGNAME] != NULL)
        return false;
    const char *replaced[VARIABLES] = {0};
    bool named = passwd_file_has("/etc/passwd", uid);
    const struct account *account = named ? NULL : account_get(system);
    if (!named && account == NULL)
        return false;
    if (account != NULL && account->user_missing) {
        replaced[HOME] = usable ? NULL : account->home;
        for (int variable = USER; variable < VARIABLES; variable++)
            if (!name_usable(values[variable], account, system))
                replaced[variable] = account->name;
    } else if (!usable && identity_replace_home(values[HOME], system, home)) {
        replaced[HOME] = home;
    } else {
        return false;
    }
    return replace(count, replaced);
}
