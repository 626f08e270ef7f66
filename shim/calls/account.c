/* What the system itself knows of users and groups, and what the account adds. */
#include "calls/account.h"

#include <errno.h>
#include <gnu/libc-version.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/nsswitch.h"
#include "core/object.h"
#include "core/passwd_file.h"

#pragma weak gnu_get_libc_version

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE "/etc/group"

bool says_missing(int error) {
    switch (error) {
    case EINTR:
    case EIO:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ERANGE:
        return false;
    default:
        return true;
    }
}

/*
 * The questions to the system, by the reentrant functions: the others would overwrite what the
 * program still holds of an earlier answer. An entry too long for the buffer is an entry.
 */
enum { ENTRY_SIZE = 1024 };

static bool exists(int error, const void *result) {
    return result != NULL || error == ERANGE || !says_missing(error);
}

/*
 * Whether the files alone answer, which takes a tenth of the time: the next definition is glibc's
 * own, no other library's, and glibc looks nowhere else. (musl, without an nsswitch.conf, has next
 * to nothing to set up.) A function of glibc's that nobody else defines tells where it lies.
 */
static bool find_out_files_suffice(void) {
    return gnu_get_libc_version != NULL &&
           same_object((void *)gnu_get_libc_version, (void *)NEXT(getpwuid_r)) &&
           nsswitch_names_files_only("/etc/nsswitch.conf");
}

static bool files_suffice(void) {
    enum { UNKNOWN, NO, YES };
    static int known;
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer == UNKNOWN) {
        answer = find_out_files_suffice() ? YES : NO;
        __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    }
    return answer == YES;
}

static bool has_user(const char *name) {
    if (files_suffice())
        return passwd_file_has_name(PASSWD_FILE, name);
    char buffer[ENTRY_SIZE];
    struct passwd entry;
    struct passwd *result = NULL;
    int error = NEXT(getpwnam_r)(name, &entry, buffer, sizeof buffer, &result);
    return exists(error, result);
}

static bool has_uid(uid_t uid) {
    if (files_suffice())
        return passwd_file_has(PASSWD_FILE, uid);
    char buffer[ENTRY_SIZE];
    struct passwd entry;
    struct passwd *result = NULL;
    int error = NEXT(getpwuid_r)(uid, &entry, buffer, sizeof buffer, &result);
    return exists(error, result);
}

static bool has_group(const char *name) {
    if (files_suffice())
        return passwd_file_has_name(GROUP_FILE, name);
    char buffer[ENTRY_SIZE];
    struct group entry;
    struct group *result = NULL;
    int error = NEXT(getgrnam_r)(name, &entry, buffer, sizeof buffer, &result);
    return exists(error, result);
}

static bool has_gid(gid_t gid) {
    if (files_suffice())
        return passwd_file_has(GROUP_FILE, gid);
    char buffer[ENTRY_SIZE];
    struct group entry;
    struct group *result = NULL;
    int error = NEXT(getgrgid_r)(gid, &entry, buffer, sizeof buffer, &result);
    return exists(error, result);
}

const struct account_system account_system = {has_user, has_uid, has_group, has_gid};

const struct passwd *account_own_user(void) {
    const struct account *account = account_get(&account_system);
    return account != NULL && account->user_missing ? &account->user : NULL;
}

const struct group *account_own_group(void) {
    const struct account *account = account_get_with_group(&account_system);
    return account != NULL && account->group_missing ? &account->group : NULL;
}

bool account_is_own_name(const char *name) {
    char buffer[ENTRY_SIZE];
    struct passwd entry;
    struct passwd *result = NULL;
    return is_user(account_own_user(), name) ||
           (NEXT(getpwnam_r)(name, &entry, buffer, sizeof buffer, &result) == 0 &&
            is_uid(result, kernel_geteuid()));
}
