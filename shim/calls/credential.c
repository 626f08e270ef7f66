/*
 * The doors of setuid(2), setgid(2), seteuid(2), setreuid(2) and setgroups(2): a cron program may
 * become itself. In all others they pass.
 */
#include <errno.h>
#include <grp.h>
#include <linux/limits.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "cron/credentials.h"
#include "cron/program.h"

/* The native answer, but for a refusal that a cron program is to be spared. */
static int settle(int result, bool granted, int saved_errno) {
    if (!granted)
        return result;
    errno = saved_errno;
    return 0;
}

/* EINVAL: the user namespace has no such id, which may be so of root's. */
static bool is_refused(int result) {
    return __builtin_expect(result != 0 && cron_program != CRON_NONE, 0) &&
           (errno == EPERM || errno == EINVAL);
}

DOOR int setuid(uid_t uid) {
    int saved_errno = errno;
    int result = NEXT(setuid)(uid);
    return is_refused(result) ? settle(result, cron_grants_uid(uid, false), saved_errno) : result;
}

DOOR int setgid(gid_t gid) {
    int saved_errno = errno;
    int result = NEXT(setgid)(gid);
    return is_refused(result) ? settle(result, cron_grants_gid(gid, false), saved_errno) : result;
}

DOOR int seteuid(uid_t uid) {
    int saved_errno = errno;
    int result = NEXT(seteuid)(uid);
    return is_refused(result) ? settle(result, cron_grants_uid(uid, true), saved_errno) : result;
}

DOOR int setegid(gid_t gid) {
    int saved_errno = errno;
    int result = NEXT(setegid)(gid);
    return is_refused(result) ? settle(result, cron_grants_gid(gid, true), saved_errno) : result;
}

/* -1 leaves an id as it is. */
DOOR int setreuid(uid_t real, uid_t effective) {
    int saved_errno = errno;
    int result = NEXT(setreuid)(real, effective);
    if (!is_refused(result))
        return result;
    bool granted = (real == (uid_t)-1 || cron_grants_uid(real, false)) &&
                   (effective == (uid_t)-1 || cron_grants_uid(effective, false));
    return settle(result, granted, saved_errno);
}

DOOR int setregid(gid_t real, gid_t effective) {
    int saved_errno = errno;
    int result = NEXT(setregid)(real, effective);
    if (!is_refused(result))
        return result;
    bool granted = (real == (gid_t)-1 || cron_grants_gid(real, false)) &&
                   (effective == (gid_t)-1 || cron_grants_gid(effective, false));
    return settle(result, granted, saved_errno);
}

/* What initgroups(3) of oneself would set. */
DOOR int setgroups(size_t count, const gid_t *groups) {
    int saved_errno = errno;
    int result = NEXT(setgroups)(count, groups);
    if (!is_refused(result) || count > NGROUPS_MAX)
        return result;
    bool granted = true;
    for (size_t i = 0; i < count && granted; i++)
        granted = cron_grants_gid(groups[i], false);
    return settle(result, granted, saved_errno);
}
