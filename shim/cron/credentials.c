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

static bool grants(const char *kind, uint64_t id, uint64_t own, bool effective_only) {
    char number[24];
    struct text text = text_in(number, sizeof number);
    if (cron_program == CRON_NONE)
        return false;
    if (id == own || (id == 0 && effective_only && cron_program == CRON_DAEMON))
        return true;
    text_append_number(&text, id);
    return refuse(kind, number);
}

bool cron_grants_uid(uid_t uid, bool effective_only) {
    return grants("uid", uid, kernel_geteuid(),
                  effective_only || kernel_getpid() == cron_started_as);
}

bool cron_grants_gid(gid_t gid, bool effective_only) {
    return grants("gid", gid, kernel_getegid(), effective_only);
}

bool cron_grants_user(const char *user, bool is_own) {
    if (cron_program == CRON_NONE)
        return false;
    return is_own || refuse("user", user);
}
