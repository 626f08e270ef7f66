#include "command/account.h"

#include "core/passwd_file.h"

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

const struct account_system files_system = {find_user, find_uid, find_group, find_gid};
