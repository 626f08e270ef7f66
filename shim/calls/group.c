/*
 * The doors of getgrnam(3), getgrent(3), getgrouplist(3) and initgroups(3): a gid without a name
 * has one.
 */
#include <errno.h>
#include <grp.h>

#include "calls/account.h"
#include "core/kernel.h"
#include "core/next.h"
#include "cron/credentials.h"
#include "cron/program.h"
#include "identity/supplementary.h"

/* The program may write to what it is given, so it gets a copy. */
static struct group *give(const struct group *own) {
    static struct group given;
    static _Alignas(char *) char strings[sizeof(char *) + USER_NAME_LONGEST + 1 + 2];
    account_copy_group(own, &given, strings, sizeof strings);
    return &given;
}

/*
 * After a look-up that found nothing: the process's own entry, or that of another of its groups, if
 * that is what was asked for.
 */
static const struct group *own_by_gid(int error, gid_t gid, struct supplementary *room) {
    if (!says_missing(error))
        return NULL;
    const struct group *own = account_own_group();
    if (is_gid(own, gid))
        return own;
    return supplementary_by_gid(&account_system, gid, room) ? &room->group : NULL;
}

static const struct group *own_by_name(int error, const char *name, struct supplementary *room) {
    if (!says_missing(error) || name == NULL)
        return NULL;
    const struct group *own = account_own_group();
    if (is_group(own, name))
        return own;
    return supplementary_by_name(&account_system, name, room) ? &room->group : NULL;
}

static int give_copy(const struct group *own, struct group *entry, char *buffer, size_t size,
                     struct group **result) {
    int error = account_copy_group(own, entry, buffer, size);
    *result = error == 0 ? entry : NULL;
    return error;
}

DOOR struct group *getgrgid(gid_t gid) {
    const struct group *own = account_known_group();
    if (is_gid(own, gid))
        return give(own);
    int saved_errno = errno;
    errno = 0;
    struct group *found = NEXT(getgrgid)(gid);
    int error = errno;
    struct supplementary room;
    if (found == NULL && (own = own_by_gid(error, gid, &room)) != NULL)
        found = give(own);
    errno = found != NULL || error == 0 ? saved_errno : error;
    return found;
}

DOOR struct group *getgrnam(const char *name) {
    const struct group *own = account_known_group();
    if (is_group(own, name))
        return give(own);
    int saved_errno = errno;
    errno = 0;
    struct group *found = NEXT(getgrnam)(name);
    int error = errno;
    struct supplementary room;
    if (found == NULL && (own = own_by_name(error, name, &room)) != NULL)
        found = give(own);
    errno = found != NULL || error == 0 ? saved_errno : error;
    return found;
}

DOOR int getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size,
                    struct group **result) {
    const struct group *own = account_known_group();
    if (is_gid(own, gid))
        return give_copy(own, entry, buffer, size, result);
    int saved_errno = errno;
    int error = NEXT(getgrgid_r)(gid, entry, buffer, size, result);
    struct supplementary room;
    if (*result == NULL && (own = own_by_gid(error, gid, &room)) != NULL) {
        errno = saved_errno;
        error = give_copy(own, entry, buffer, size, result);
    }
    return error;
}

DOOR int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
                    struct group **result) {
    const struct group *own = account_known_group();
    if (is_group(own, name))
        return give_copy(own, entry, buffer, size, result);
    int saved_errno = errno;
    int error = NEXT(getgrnam_r)(name, entry, buffer, size, result);
    struct supplementary room;
    if (*result == NULL && (own = own_by_name(error, name, &room)) != NULL) {
        errno = saved_errno;
        error = give_copy(own, entry, buffer, size, result);
    }
    return error;
}

/*
 * The enumeration ends with the process's own entry. glibc's state of it is per process, too
 * (nss/getXXent.c), so a flag does.
 */
static bool enumerated;

DOOR void setgrent(void) {
    enumerated = false;
    NEXT(setgrent)();
}

DOOR void endgrent(void) {
    enumerated = false;
    NEXT(endgrent)();
}

DOOR struct group *getgrent(void) {
    int saved_errno = errno;
    errno = 0;
    struct group *found = enumerated ? NULL : NEXT(getgrent)();
    int error = errno;
    const struct group *own =
        found == NULL && !enumerated && says_end(error) ? account_own_group() : NULL;
    if (own != NULL) {
        enumerated = true;
        found = give(own);
    }
    errno = found != NULL || error == 0 ? saved_errno : error;
    return found;
}

DOOR int getgrent_r(struct group *entry, char *buffer, size_t size, struct group **result) {
    int error = ENOENT;
    *result = NULL;
    if (!__atomic_load_n(&enumerated, __ATOMIC_ACQUIRE))
        error = NEXT(getgrent_r)(entry, buffer, size, result);
    const struct group *own = error == ENOENT ? account_own_group() : NULL;
    if (own == NULL || __atomic_exchange_n(&enumerated, true, __ATOMIC_ACQ_REL))
        return error;
    error = give_copy(own, entry, buffer, size, result);
    if (error != 0)
        __atomic_store_n(&enumerated, false, __ATOMIC_RELEASE);
    return error;
}

/*
 * The groups of the nameless user are the process's own: nobody has listed him anywhere. For
 * others, and where the buffer is too small for more than `group`, the system's answer stands.
 */
DOOR int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count) {
    enum { FEW = 64 };
    gid_t few[FEW];
    gid_t *own = few;
    if (!is_user(account_own_user(), user))
        return NEXT(getgrouplist)(user, group, groups, count);
    int supplementary = kernel_getgroups(NULL, 0);
    size_t size = supplementary > FEW ? (size_t)supplementary * sizeof *own : 0;
    if (size > 0 && (own = kernel_pages(size)) == NULL)
        return -1;
    supplementary = kernel_getgroups(own, (size_t)supplementary);
    int room = *count;
    int needed = 0;
    if (needed++ < room)
        groups[0] = group;
    for (int i = 0; i < supplementary; i++)
        if (own[i] != group && needed++ < room)
            groups[needed - 1] = own[i];
    *count = needed;
    if (size > 0)
        kernel_release(own, size);
    return needed <= room ? needed : -1;
}

/* To become oneself needs no privilege; the kernel asks for one all the same. */
DOOR int initgroups(const char *user, gid_t group) {
    int saved_errno = errno;
    int result = NEXT(initgroups)(user, group);
    if (result == 0 || errno != EPERM)
        return result;
    bool is_own =
        group == kernel_getegid() &&
        (cron_program == CRON_NONE ? is_user(account_own_user(), user) : account_is_own_name(user));
    if (!is_own && !cron_grants_user(user, false)) {
        errno = EPERM;
        return -1;
    }
    errno = saved_errno;
    return 0;
}
