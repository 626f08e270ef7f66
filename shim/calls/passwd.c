/*
 * The doors of getpwnam(3), getpwent(3), getlogin(3) and cuserid(3): a uid without a name has one.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "calls/account.h"
#include "core/next.h"
#include "core/rarely_used.h"

/* The program may write to what it is given, so it gets a copy; each is the same. */
static struct passwd *give(const struct passwd *own) {
    static struct passwd given;
    static RARELY_USED char strings[2 * (USER_NAME_LONGEST + 1) + 2 + 2 * (FOLDER_LONGEST + 1)];
    account_copy_user(own, &given, strings, sizeof strings);
    return &given;
}

/* After a look-up that found nothing: the process's own entry, if that may be what was asked for.
 */
static const struct passwd *own_after_miss(int error) {
    return says_missing(error) ? account_own_user() : NULL;
}

static int give_copy(const struct passwd *own, struct passwd *entry, char *buffer, size_t size,
                     struct passwd **result) {
    int error = account_copy_user(own, entry, buffer, size);
    *result = error == 0 ? entry : NULL;
    return error;
}

DOOR struct passwd *getpwuid(uid_t uid) {
    const struct passwd *own = account_known_user();
    if (is_uid(own, uid))
        return give(own);
    int saved_errno = errno;
    errno = 0;
    struct passwd *found = NEXT(getpwuid)(uid);
    int error = errno;
    account_correct_home(found);
    if (found == NULL && is_uid(own_after_miss(error), uid))
        found = give(account_own_user());
    errno = found != NULL || error == 0 ? saved_errno : error;
    return found;
}

DOOR struct passwd *getpwnam(const char *name) {
    const struct passwd *own = account_known_user();
    if (is_user(own, name))
        return give(own);
    int saved_errno = errno;
    errno = 0;
    struct passwd *found = NEXT(getpwnam)(name);
    int error = errno;
    account_correct_home(found);
    if (found == NULL && is_user(own_after_miss(error), name))
        found = give(account_own_user());
    errno = found != NULL || error == 0 ? saved_errno : error;
    return found;
}

DOOR int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
                    struct passwd **result) {
    const struct passwd *own = account_known_user();
    if (is_uid(own, uid))
        return give_copy(own, entry, buffer, size, result);
    int saved_errno = errno;
    int error = NEXT(getpwuid_r)(uid, entry, buffer, size, result);
    account_correct_home(*result);
    if (*result == NULL && is_uid(own = own_after_miss(error), uid)) {
        errno = saved_errno;
        error = give_copy(own, entry, buffer, size, result);
    }
    return error;
}

DOOR int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
                    struct passwd **result) {
    const struct passwd *own = account_known_user();
    if (is_user(own, name))
        return give_copy(own, entry, buffer, size, result);
    int saved_errno = errno;
    int error = NEXT(getpwnam_r)(name, entry, buffer, size, result);
    account_correct_home(*result);
    if (*result == NULL && is_user(own = own_after_miss(error), name)) {
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

DOOR void setpwent(void) {
    enumerated = false;
    NEXT(setpwent)();
}

DOOR void endpwent(void) {
    enumerated = false;
    NEXT(endpwent)();
}

DOOR struct passwd *getpwent(void) {
    int saved_errno = errno;
    errno = 0;
    struct passwd *found = enumerated ? NULL : NEXT(getpwent)();
    int error = errno;
    account_correct_home(found);
    const struct passwd *own =
        found == NULL && !enumerated && says_end(error) ? account_own_user() : NULL;
    if (own != NULL) {
        enumerated = true;
        found = give(own);
    }
    errno = found != NULL || error == 0 ? saved_errno : error;
    return found;
}

DOOR int getpwent_r(struct passwd *entry, char *buffer, size_t size, struct passwd **result) {
    int error = ENOENT;
    *result = NULL;
    if (!__atomic_load_n(&enumerated, __ATOMIC_ACQUIRE))
        error = NEXT(getpwent_r)(entry, buffer, size, result);
    account_correct_home(*result);
    const struct passwd *own = error == ENOENT ? account_own_user() : NULL;
    if (own == NULL || __atomic_exchange_n(&enumerated, true, __ATOMIC_ACQ_REL))
        return error;
    error = give_copy(own, entry, buffer, size, result);
    if (error != 0)
        __atomic_store_n(&enumerated, false, __ATOMIC_RELEASE);
    return error;
}

DOOR char *getlogin(void) {
    static char given[USER_NAME_LONGEST + 1];
    int saved_errno = errno;
    char *found = NEXT(getlogin)();
    const struct passwd *own = found == NULL ? account_own_user() : NULL;
    if (own == NULL)
        return found;
    errno = saved_errno;
    text_copy(given, sizeof given, own->pw_name);
    return given;
}

DOOR int getlogin_r(char *name, size_t size) {
    int saved_errno = errno;
    int error = NEXT(getlogin_r)(name, size);
    const struct passwd *own = error != 0 && error != ERANGE ? account_own_user() : NULL;
    if (own == NULL)
        return error;
    errno = saved_errno;
    return size > text_length(own->pw_name) && text_copy(name, size, own->pw_name) ? 0 : ERANGE;
}

/* glibc's answer for a uid without a name is an empty string; a long name it cuts
 * (posix/cuserid.c). */
DOOR char *cuserid(char *name) {
    static char given[L_cuserid];
    int saved_errno = errno;
    char *found = NEXT(cuserid)(name);
    const struct passwd *own = found == NULL || *found == '\0' ? account_own_user() : NULL;
    if (own == NULL)
        return found;
    errno = saved_errno;
    found = name != NULL ? name : given;
    text_copy(found, L_cuserid, own->pw_name);
    return found;
}
