/*
 * Doors that only a cron program needs: fstat(2), fchown(2), fchmod(2) and inotify_add_watch(2) of
 * its spool, pam_start(3), getuid(2), geteuid(2) and vfork(2). In all others they pass.
 */
#include <errno.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls/account.h"
#include "calls/stat.h"
#include "core/errno_now.h"
#include "core/kernel.h"
#include "core/next.h"
#include "cron/credentials.h"
#include "cron/ownership.h"
#include "cron/paths.h"
#include "cron/program.h"

/*
 * The daemons ignore a crontab that is not the user's or root's, has another mode than 0600, or
 * more than one link; the state folder may lie on a volume that has no owners and modes. Only there
 * they are shown so: elsewhere what another user has put into the spool is his. The daemon that
 * reads root's files alone is the user's own, and so are the files that it may read. bcron's does
 * not look, but compares with what stat says (crontabs.c).
 */
static void show(int fd, struct stat *status) {
    if (!S_ISREG(status->st_mode) || (cron_traits & CRON_IS_BCRON) != 0)
        return;
    uid_t own = kernel_geteuid();
    if (cron_in_state(fd) && cron_is_only_shown(status)) {
        status->st_uid = own;
        status->st_mode = S_IFREG | 0600;
        status->st_nlink = 1;
    }
    if (status->st_uid == own && (cron_traits & CRON_READS_ROOTS) != 0)
        status->st_uid = 0;
}

static inline int shown(int result, int fd, struct stat *status) {
    if (__builtin_expect(cron_program == CRON_DAEMON, 0) && result == 0)
        show(fd, status);
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

static inline bool is_refused_cron(int result) {
    return __builtin_expect(result != 0 && cron_program != CRON_NONE, 0);
}

/* A refused change of one of cron's files that is not missed, as the daemon is not told of it.
 */
static int forgive(int fd, bool unmissed, int saved_errno) {
    if (!unmissed || errno == EBADF || !cron_in_state(fd))
        return -1;
    errno = saved_errno;
    return 0;
}

/*
 * cronie's crontab makes a new crontab root's, where its user and group have one number; anacron
 * makes each time stamp its user's and 0600 (lock.c, open_tsfile).
 */
DOOR int fchown(int fd, uid_t owner, gid_t group) {
    int saved_errno = errno_now();
    int result = NEXT(fchown)(fd, owner, group);
    return is_refused_cron(result)
               ? forgive(fd, owner == 0 || owner == kernel_geteuid(), saved_errno)
               : result;
}

static bool is_only_shown(int fd) {
    struct stat status;
    return kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 && cron_is_only_shown(&status);
}

/* FAT through FUSE has no modes, and says so (ENOSYS); they are shown as they should be. */
DOOR int fchmod(int fd, mode_t mode) {
    int saved_errno = errno_now();
    int result = NEXT(fchmod)(fd, mode);
    return is_refused_cron(result) ? forgive(fd, is_only_shown(fd), saved_errno) : result;
}

DOOR int inotify_add_watch(int fd, const char *path, uint32_t events) {
    return NEXT(inotify_add_watch)(fd, cron_path(path), events);
}

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

/* Whether this is the one question, by `trait`, that the program wants 0 for. Later ones it asks to
 * find out who it is: busybox's would clear its environment, LD_PRELOAD first. */
static bool is_first_question(enum cron_trait trait) {
    bool first = (cron_traits & trait) != 0;
    cron_traits &= ~(unsigned)trait;
    return first;
}

DOOR uid_t getuid(void) {
    if (__builtin_expect(cron_program != CRON_NONE, 0) && is_first_question(CRON_WANTS_UID_0))
        return 0;
    return NEXT(getuid)();
}

DOOR uid_t geteuid(void) {
    if (__builtin_expect(cron_program != CRON_NONE, 0) && is_first_question(CRON_WANTS_EUID_0))
        return 0;
    return NEXT(geteuid)();
}

/*
 * busybox's crond and crontab -e on musl: after a vfork child that could not exec, the child's
 * exit() holds musl's lock on exit, in the memory that it shares with its parent, and the parent's
 * own exit() waits for ever. A child with memory of its own cures it.
 *
 * The door leaves no frame behind (core/platform.h): the child of a vfork returns through the frame
 * that its parent needs again.
 */
static inline pid_t (*what_vfork_is(void))(void) {
    return (cron_traits & CRON_EXITS_AFTER_VFORK) != 0 ? NEXT(fork) : NEXT(vfork);
}

JUMP_DOOR(vfork, what_vfork_is);
