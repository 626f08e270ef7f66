#include "command/account.h"

#include <pwd.h>
#include <stdio.h>

#include "core/passwd_file.h"
#include "core/text.h"

static enum entry entry(bool found) {
    return found ? ENTRY_THERE : ENTRY_MISSING;
}

static enum entry find_user(const char *name) {
    return entry(passwd_file_has_name("/etc/passwd", name));
}

static enum entry find_uid(uid_t uid) {
    return entry(passwd_file_has("/etc/passwd", uid));
}

static enum entry find_group(const char *name) {
    return entry(passwd_file_has_name("/etc/group", name));
}

static enum entry find_gid(gid_t gid) {
    return entry(passwd_file_has("/etc/group", gid));
}

static bool find_home(uid_t uid, char home[FOLDER_LONGEST + 1]) {
    FILE *file = fopen("/etc/passwd", "re");
    const struct passwd *entry = NULL;
    bool found = false;
    while (file != NULL && !found && (entry = fgetpwent(file)) != NULL)
        found = entry->pw_uid == uid;
    found = found && text_copy(home, FOLDER_LONGEST + 1, entry->pw_dir);
    if (file != NULL)
        fclose(file);
    return found;
}

const struct account_system files_system = {find_user, find_uid, find_group, find_gid, find_home};
