#include "command/account.h"

#include "core/passwd_file.h"

static bool has_user(const char *name) {
    return passwd_file_has_name("/etc/passwd", name);
}

static bool has_uid(uid_t uid) {
    return passwd_file_has("/etc/passwd", uid);
}

static bool has_group(const char *name) {
    return passwd_file_has_name("/etc/group", name);
}

static bool has_gid(gid_t gid) {
    return passwd_file_has("/etc/group", gid);
}

const struct account_system files_system = {has_user, has_uid, has_group, has_gid};
