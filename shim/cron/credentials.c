#include "cron/credentials.h"

#include "core/kernel.h"
#include "core/log.h"
#include "core/text.h"
#include "cron/program.h"

static bool refuse(const char *kind, const char *whom) {
    char own[24];
    struct text text = text_in(own, sizeof own);
    text_append_number(&text, kernel_geteuid());
    if (cron_program == CRON_DAEMON)
        log_line(LOG_LEVEL_ERROR, "a cron job of ", kind, " ", whom,
                 " is not run: this daemon runs as uid ", own);
    return false;
}

static bool is_granted(uint64_t id, uint64_t own, bool as_root) {
    return id == own || (id == 0 && as_root && cron_program == CRON_DAEMON);
}

static bool grants(const char *kind, uint64_t id, bool granted) {
    char number[24];
    struct text text = text_in(number, sizeof number);
    if (cron_program == CRON_NONE || granted)
        return granted && cron_program != CRON_NONE;
    text_append_number(&text, id);
    return refuse(kind, number);
}

bool cron_grants_uid(uid_t uid, bool effective_only) {
    bool for_itself = (cron_traits & CRON_BECOMES_ROOT) != 0 && cron_is_first_process();
    return grants("uid", uid, is_granted(uid, kernel_geteuid(), effective_only || for_itself));
}

bool cron_grants_gid(gid_t gid, bool effective_only) {
    bool is_uid = (cron_traits & CRON_TAKES_UID_FOR_GID) != 0 && gid == kernel_geteuid();
    return grants("gid", gid, is_uid || is_granted(gid, kernel_getegid(), effective_only));
}

bool cron_grants_user(const char *user, bool is_own) {
    if (cron_program == CRON_NONE)
        return false;
    return is_own || refuse("user", user);
}
