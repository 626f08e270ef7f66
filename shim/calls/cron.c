/*
 * Doors that only a cron program needs: fstat(2) of its spool, pam_start(3), geteuid(2) and
 * vfork(2) for busybox's. In all others they pass.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "calls/account.h"
#include "calls/stat.h"
#include "core/kernel.h"
#include "core/next.h"
#include "cron/credentials.h"
#include "cron/paths.h"
#include "cron/program.h"

/*
 * The daemons ignore a crontab that is not the user's or root's, has another mode than 0600, or
 * more than one link; the state folder may lie on a volume that has no owners and modes. busybox's
 * takes root's only (miscutils/crond.c, load_crontab), and says nothing of those that it ignores.
 * bcron's does not look, but compares with what stat says (crontabs.c).
 */
static inline int shown(int result, int fd, struct stat *status) {
    if (__builtin_expect(cron_program != CRON_DAEMON, 1) || result != 0 || cron_is_bcron ||
        !S_ISREG(status->st_mode) || !cron_in_spool(fd))
        return result;
    status->st_uid = cron_is_busybox ? 0 : kernel_geteuid();
    status->st_mode = S_IFREG | 0600;
    status->st_nlink = 1;
    return result;
}

DOOR int fstat(int fd, struct stat *status) {
    return shown(NEXT(fstat)(fd, status), fd, status);
}

DOOR_ALIAS_WIDE(fstat64, fstat);

#if __SIZEOF_LONG__ == 8
int __fxstat(int version, int fd, struct stat *status);

DOOR int __fxstat(int version, int fd, struct stat *status) {
    return shown(NEXT(__fxstat)(version, fd, status), fd, status);
}

DOOR_ALIAS(__fxstat64, __fxstat);
#else
int shown_fstat(int result, int fd, struct stat *status) {
    return shown(result, fd, status);
}
#endif

/* Linux-PAM's, without its headers; PAM_PERM_DENIED is 6 in security/_pam_types.h. */
int pam_start(const char *service, const char *user, const void *conversation, void **handle);
typedef int pam_start_function(const char *service, const char *user, const void *conversation,
                               void **handle);
enum { PERMISSION_DENIED = 6 };

/*
 * Debian's daemon asks PAM before it changes to a job's user. For somebody else PAM says one thing
 * or another (root passes, others need a set-gid helper); what the job's owner has to know is said
 * here.
 */
DOOR int pam_start(const char *service, const char *user, const void *conversation, void **handle) {
    if (__builtin_expect(cron_program == CRON_DAEMON, 0) &&
        !cron_grants_user(user != NULL ? user : "", user != NULL && account_is_own_name(user))) {
        *handle = NULL;
        return PERMISSION_DENIED;
    }
    pam_start_function *next = (pam_start_function *)next_definition("pam_start");
    return next(service, user, conversation, handle);
}

/*
 * busybox's crontab asks once whether it is set-uid root ("must be suid to work properly",
 * libbb/appletlib.c). Later answers of 0 would make it clear its environment, LD_PRELOAD first.
 */
DOOR uid_t geteuid(void) {
    static bool asked;
    if (__builtin_expect(cron_program == CRON_CRONTAB && cron_is_busybox && !asked, 0)) {
        asked = true;
        return 0;
    }
    return NEXT(geteuid)();
}

/*
 * busybox's crond on musl: after a vfork child that could not exec, the child's exit() holds musl's
 * lock on exit, in the memory that it shares with its parent, and the parent's own exit() waits for
 * ever. A child with memory of its own cures it.
 *
 * The door leaves no frame behind (core/platform.h): the child of a vfork returns through the frame
 * that its parent needs again.
 */
static inline pid_t (*what_vfork_is(void))(void) {
    return cron_program == CRON_DAEMON && cron_is_busybox ? NEXT(fork) : NEXT(vfork);
}

JUMP_DOOR(vfork, what_vfork_is);
