#include "identity/account.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/log.h"
#include "core/rarely_used.h"
#include "core/text.h"
#include "identity/home.h"

static const struct account *known;  /* the last that was asked for */
static const struct account *newest; /* of all */

static bool is_of(const struct account *account, uid_t uid, gid_t gid) {
    return account->user.pw_uid == uid && account->group.gr_gid == gid;
}

const struct account *account_known(void) {
    const struct account *account = __atomic_load_n(&known, __ATOMIC_ACQUIRE);
    bool is_own = account != NULL && is_of(account, kernel_geteuid(), kernel_getegid());
    return is_own ? account : NULL;
}

/* A server that changes to each client's ids and back must not ask, nor grow, at each change. */
static const struct account *find_again(void) {
    uid_t uid = kernel_geteuid();
    gid_t gid = kernel_getegid();
    const struct account *account = __atomic_load_n(&newest, __ATOMIC_ACQUIRE);
    while (account != NULL && !is_of(account, uid, gid))
        account = account->older;
    if (account != NULL)
        __atomic_store_n(&known, account, __ATOMIC_RELEASE);
    return account;
}

/* False where the system could not say whether a name is free. */
static bool choose_name(struct account *account, const struct account_system *system) {
    const char *const candidates[] = {settings.user, settings_variable("USER"),
                                      settings_variable("LOGNAME")};
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        const char *name = candidates[i];
        if (name == NULL || !settings_user_name_valid(name))
            continue;
        enum entry entry = system->find_user(name);
        if (entry == ENTRY_UNKNOWN)
            return false;
        if (entry == ENTRY_MISSING)
            return text_copy(account->name, sizeof account->name, name);
        if (name == settings.user)
            log_error_once("QLSHIM_USER=", name, ": is another user's name; ignored");
    }
    struct text text = text_in(account->name, sizeof account->name);
    text_append(&text, "u");
    text_append_number(&text, account->user.pw_uid);
    return true;
}

/* A group of the user's own name, as useradd(8) makes one, unless that is taken. */
static void choose_group_name(struct account *account, const struct account_system *system) {
    struct text text = text_in(account->group_name, sizeof account->group_name);
    if (account->user_missing && system->find_group(account->name) == ENTRY_MISSING) {
        text_append(&text, account->name);
        return;
    }
    text_append(&text, "g");
    text_append_number(&text, account->group.gr_gid);
}

/* The entries' strings are the account's own. */
static void tie(struct account *account) {
    static char star[] = "*"; /* pam_unix sends "x" to /etc/shadow, and fails */
    account->user.pw_name = account->name;
    account->user.pw_passwd = star;
    account->user.pw_gecos = account->name; /* git commits with it, and refuses an empty one */
    account->user.pw_dir = account->home;
    account->user.pw_shell = account->shell;
    account->group.gr_name = account->group_name;
    account->group.gr_passwd = star;
    account->group.gr_mem = account->no_members;
}

/* Both return false where the system could not say. */
static bool fill_user(struct account *account, const struct account_system *system) {
    account->user.pw_uid = kernel_geteuid();
    account->user.pw_gid = account->group.gr_gid = kernel_getegid();
    enum entry entry = system->find_uid(account->user.pw_uid);
    account->user_missing = entry == ENTRY_MISSING;
    if (!account->user_missing)
        return entry == ENTRY_THERE;
    if (!choose_name(account, system))
        return false;
    home_choose(settings_variable("HOME"), account->home);
    text_copy(account->shell, sizeof account->shell,
              settings.shell[0] != '\0' ? settings.shell : "/bin/sh");
    return true;
}

static bool fill_group(struct account *account, const struct account_system *system) {
    enum entry entry = system->find_gid(account->group.gr_gid);
    account->group_asked = true;
    account->group_missing = entry == ENTRY_MISSING;
    if (account->group_missing)
        choose_group_name(account, system);
    return entry != ENTRY_UNKNOWN;
}

/* Zeroed. The first, mostly all that there are, in the library's own pages: a mapping costs more.
 */
static struct account *fresh_account(void) {
    static RARELY_USED struct account first[2];
    static unsigned taken;
    unsigned number = __atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
    return number < 2 ? &first[number] : kernel_pages(sizeof first[0]);
}

/*
 * Keeps what was found out; NULL where memory is short. Two threads may find the same at once, and
 * a page is lost.
 */
static const struct account *publish(const struct account *candidate) {
    struct account *account = fresh_account();
    if (account == NULL)
        return NULL;
    *account = *candidate;
    tie(account);
    account->older = __atomic_load_n(&newest, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&newest, &account->older, account, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
        continue;
    __atomic_store_n(&known, account, __ATOMIC_RELEASE);
    return account;
}

const struct account *account_get(const struct account_system *system) {
    const struct account *found = account_known();
    if (found != NULL || !settings.active || kernel_geteuid() == 0)
        return found;
    found = find_again();
    if (found != NULL)
        return found;
    struct account candidate = {0};
    return fill_user(&candidate, system) ? publish(&candidate) : NULL;
}

const struct account *account_get_with_group(const struct account_system *system) {
    const struct account *found = account_get(system);
    if (found == NULL || found->group_asked)
        return found;
    struct account candidate = *found; /* others may be reading what was found */
    const struct account *published = fill_group(&candidate, system) ? publish(&candidate) : NULL;
    return published != NULL ? published : found;
}

const struct account *account_get_with_home(const struct account_system *system) {
    const struct account *found = account_get(system);
    if (found == NULL || found->home[0] != '\0')
        return found;
    struct account candidate = *found;
    home_choose(settings_variable("HOME"), candidate.home);
    return publish(&candidate);
}

/* Copies `string` to the front of what is left of a buffer; NULL where it does not fit. */
static char *place(char **buffer, size_t *left, const char *string) {
    size_t size = text_length(string) + 1;
    char *copy = *buffer;
    if (size > *left)
        return NULL;
    memcpy(copy, string, size);
    *buffer += size;
    *left -= size;
    return copy;
}

int account_copy_user(const struct passwd *from, struct passwd *to, char *buffer, size_t size) {
    struct passwd copy = *from;
    copy.pw_name = place(&buffer, &size, from->pw_name);
    copy.pw_passwd = place(&buffer, &size, from->pw_passwd);
    copy.pw_gecos = place(&buffer, &size, from->pw_gecos);
    copy.pw_dir = place(&buffer, &size, from->pw_dir);
    copy.pw_shell = place(&buffer, &size, from->pw_shell);
    if (copy.pw_name == NULL || copy.pw_passwd == NULL || copy.pw_gecos == NULL ||
        copy.pw_dir == NULL || copy.pw_shell == NULL)
        return ERANGE;
    *to = copy;
    return 0;
}

int account_copy_group(const struct group *from, struct group *to, char *buffer, size_t size) {
    size_t gap = (size_t)(-(uintptr_t)buffer % alignof(char *));
    if (size < gap + sizeof(char *))
        return ERANGE;
    char **members = (char **)(void *)(buffer + gap);
    buffer += gap + sizeof(char *);
    size -= gap + sizeof(char *);
    struct group copy = *from;
    copy.gr_name = place(&buffer, &size, from->gr_name);
    copy.gr_passwd = place(&buffer, &size, from->gr_passwd);
    copy.gr_mem = members;
    if (copy.gr_name == NULL || copy.gr_passwd == NULL)
        return ERANGE;
    members[0] = NULL;
    *to = copy;
    return 0;
}
