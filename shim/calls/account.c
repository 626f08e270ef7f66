/* What the system itself knows of users and groups, and what the account adds. */
#include "calls/account.h"

#include <errno.h>
#include <gnu/libc-version.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/nsswitch.h"
#include "core/object.h"
#include "core/passwd_file.h"
#include "identity/home.h"

#pragma weak gnu_get_libc_version

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE "/etc/group"

/*
 * Who answers: the files alone, which takes a tenth of the time when they are read here, since the
 * next definition is glibc's own and glibc looks nowhere else (a function of glibc's that nobody
 * else defines tells where it lies); glibc and services that may be away; or somebody else, musl or
 * another preloaded library, or glibc by its default.
 */
enum source { SOURCE_UNKNOWN, SOURCE_FILES, SOURCE_SERVICES, SOURCE_OTHER };

static enum source find_source(void) {
    if (gnu_get_libc_version == NULL ||
        !same_object((void *)gnu_get_libc_version, (void *)NEXT(getpwuid_r)))
        return SOURCE_OTHER;
    switch (nsswitch_read("/etc/nsswitch.conf")) {
    case NSSWITCH_FILES:
        return SOURCE_FILES;
    case NSSWITCH_SERVICES:
        return SOURCE_SERVICES;
    default:
        return SOURCE_OTHER;
    }
}

static enum source source(void) {
    static int known;
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer == SOURCE_UNKNOWN) {
        answer = (int)find_source();
        __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    }
    return (enum source)answer;
}

bool says_end(int error) {
    switch (error) {
    case EAGAIN:
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
 * glibc returns 0 where the last service says that there is no such entry, else whatever errno the
 * service left that could not say: nslcd's ENOENT, for one, since its socket is not there
 * (nss/getXXbyYY_r.c). Elsewhere ENOENT is the file's that is not there, in an image made from
 * scratch, or means the entry (nss_wrapper).
 */
bool says_missing(int error) {
    return error == 0 || (says_end(error) && source() != SOURCE_SERVICES);
}

/*
 * The questions to the system, by the reentrant functions: the others would overwrite what the
 * program still holds of an earlier answer. An entry too long for the buffer is an entry.
 */
enum { ENTRY_SIZE = 1024 };

static enum entry judge(int error, const void *result) {
    if (result != NULL || error == ERANGE)
        return ENTRY_THERE;
    return says_missing(error) ? ENTRY_MISSING : ENTRY_UNKNOWN;
}

static enum entry judge_file(bool found) {
    return found ? ENTRY_THERE : ENTRY_MISSING;
}

static enum entry find_user(const char *name) {
    if (source() == SOURCE_FILES)
        return judge_file(passwd_file_has_name(PASSWD_FILE, name));
    char buffer[ENTRY_SIZE];
    struct passwd entry;
    struct passwd *result = NULL;
    int error = NEXT(getpwnam_r)(name, &entry, buffer, sizeof buffer, &result);
    return judge(error, result);
}

static enum entry find_uid(uid_t uid) {
    if (source() == SOURCE_FILES)
        return judge_file(passwd_file_has(PASSWD_FILE, uid));
    char buffer[ENTRY_SIZE];
    struct passwd entry;
    struct passwd *result = NULL;
    int error = NEXT(getpwuid_r)(uid, &entry, buffer, sizeof buffer, &result);
    return judge(error, result);
}

static enum entry find_group(const char *name) {
    if (source() == SOURCE_FILES)
        return judge_file(passwd_file_has_name(GROUP_FILE, name));
    char buffer[ENTRY_SIZE];
    struct group entry;
    struct group *result = NULL;
    int error = NEXT(getgrnam_r)(name, &entry, buffer, sizeof buffer, &result);
    return judge(error, result);
}

static enum entry find_gid(gid_t gid) {
    if (source() == SOURCE_FILES)
        return judge_file(passwd_file_has(GROUP_FILE, gid));
    char buffer[ENTRY_SIZE];
    struct group entry;
    struct group *result = NULL;
    int error = NEXT(getgrgid_r)(gid, &entry, buffer, sizeof buffer, &result);
    return judge(error, result);
}

static bool find_home(uid_t uid, char home[FOLDER_LONGEST + 1]) {
    char buffer[ENTRY_SIZE];
    struct passwd entry;
    struct passwd *result = NULL;
    NEXT(getpwuid_r)(uid, &entry, buffer, sizeof buffer, &result);
    return result != NULL && text_copy(home, FOLDER_LONGEST + 1, result->pw_dir);
}

const struct account_system account_system = {find_user, find_uid, find_group, find_gid, find_home};

void account_correct_home(struct passwd *entry) {
    if (entry == NULL || entry->pw_uid == 0 || entry->pw_uid != kernel_geteuid() ||
        !settings.active || !home_unwanted(entry->pw_dir))
        return;
    const struct account *account = account_get_with_home(&account_system);
    if (account != NULL)
        entry->pw_dir = (char *)(uintptr_t)account->home;
}

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
