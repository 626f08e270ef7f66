#include "command/account.h"

#include <stdio.h>
#include <string.h>

/* The entry that is looked for: by its name, or where that is NULL by its number. */
struct wanted {
    const char *name;
    unsigned number;
};

static bool is_wanted(const struct wanted *wanted, const char *name, unsigned number) {
    return wanted->name != NULL ? strcmp(name, wanted->name) == 0 : number == wanted->number;
}

static bool passwd_has(struct wanted wanted) {
    FILE *file = fopen("/etc/passwd", "re");
    const struct passwd *entry = NULL;
    if (file == NULL)
        return false;
    while ((entry = fgetpwent(file)) != NULL && !is_wanted(&wanted, entry->pw_name, entry->pw_uid))
        continue;
    fclose(file);
    return entry != NULL;
}

static bool group_has(struct wanted wanted) {
    FILE *file = fopen("/etc/group", "re");
    const struct group *entry = NULL;
    if (file == NULL)
        return false;
    while ((entry = fgetgrent(file)) != NULL && !is_wanted(&wanted, entry->gr_name, entry->gr_gid))
        continue;
    fclose(file);
    return entry != NULL;
}

static bool has_user(const char *name) {
    return passwd_has((struct wanted){.name = name});
}

static bool has_uid(uid_t uid) {
    return passwd_has((struct wanted){.number = uid});
}

static bool has_group(const char *name) {
    return group_has((struct wanted){.name = name});
}

static bool has_gid(gid_t gid) {
    return group_has((struct wanted){.number = gid});
}

const struct account_system files_system = {has_user, has_uid, has_group, has_gid};
