#include "cron/crons.h"

#include <stddef.h>

#include "core/text.h"

static const struct cron crons[] = {
    /*
     * Debian's cron 3.0pl1: becomes root by seteuid (misc.c, set_cron_uid). A script of this name
     * is /etc/init.d's (cron/program.c).
     */
    {"cron", CRON_DAEMON, CRON_UNBOXED, 0},
    /*
     * cronie 1.7.2: setuid(0), since autoconf defines neither BSD nor POSIX (src/misc.c,
     * set_cron_uid). dcron 4.5 does not ask (main.c).
     */
    {"crond", CRON_DAEMON, CRON_UNBOXED, CRON_BECOMES_ROOT},
    {"crontab", CRON_CRONTAB, CRON_UNBOXED, 0},
    {"anacron", CRON_DAEMON, CRON_UNBOXED, 0},
    /* bcron 0.11: bcron-start needs nothing, and bcrontab only asks bcron-spool, by a socket. */
    {"bcron-sched", CRON_DAEMON, CRON_UNBOXED, CRON_IS_BCRON},
    {"bcron-exec", CRON_DAEMON, CRON_UNBOXED, CRON_IS_BCRON},
    {"bcron-spool", CRON_DAEMON, CRON_UNBOXED, CRON_IS_BCRON},
    {"bcron-update", CRON_DAEMON, CRON_UNBOXED, CRON_IS_BCRON},
    /*
     * busybox 1.35 to 1.38. crontab is BB_SUID_REQUIRE ("must be suid to work properly",
     * libbb/appletlib.c), crond takes root's files only (miscutils/crond.c, load_crontab), both end
     * a vfork child that cannot become the user or execute by exit (libbb/change_identity.c;
     * miscutils/crontab.c, edit_file), and crontab renames what it has (miscutils/crontab.c).
     */
    {"crond", CRON_DAEMON, CRON_BUSYBOX, CRON_READS_ROOTS | CRON_EXITS_AFTER_VFORK},
    {"crontab", CRON_CRONTAB, CRON_BUSYBOX,
     CRON_WANTS_EUID_0 | CRON_RENAMES_HALVES | CRON_EXITS_AFTER_VFORK},
    /*
     * toybox 0.8.9: crond is TOYFLAG_NEEDROOT (main.c, toy_init), and xsetuser calls
     * setgid(pw_uid) (lib/xwrap.c). It mails root's files only (pending/crond.c, sendmail).
     */
    {"crond", CRON_DAEMON, CRON_TOYBOX,
     CRON_WANTS_EUID_0 | CRON_WANTS_UID_0 | CRON_READS_ROOTS | CRON_EXITS_AFTER_VFORK |
         CRON_TAKES_UID_FOR_GID},
    {"crontab", CRON_CRONTAB, CRON_TOYBOX, CRON_TAKES_UID_FOR_GID},
    /* Debian's init scripts end the daemon of the pid file by it; cronie's script is the second. */
    {"start-stop-daemon", CRON_TOOL, CRON_UNBOXED, 0},
    {"cronie", CRON_TOOL, CRON_UNBOXED, 0},
    /* cronie's: when the next job is due (src/cronnext.c reads the spool). */
    {"cronnext", CRON_TOOL, CRON_UNBOXED, 0},
};

const struct cron *crons_find(const char *name, enum cron_box box) {
    for (size_t i = 0; i < sizeof crons / sizeof crons[0]; i++)
        /* The first letter by itself, since every program looks here at its start. */
        if (crons[i].name[0] == name[0] && crons[i].box == box && text_equal(crons[i].name, name))
            return &crons[i];
    return NULL;
}

const char *crons_box_mark(enum cron_box box) {
    /* libbb/messages.c, bb_banner; main.c, toybox_main */
    return box == CRON_BUSYBOX ? "BusyBox v1." : box == CRON_TOYBOX ? "toybox %s\n" : NULL;
}

const struct cron_place cron_places[CRON_PLACES] = {
    /*
     * What busybox's crontab has an editor change. Its name is handed to the editor, which knows
     * nothing of the state folder.
     */
    {"/var/spool/cron/crontabs.", "", CRON_MESSAGE},
    /*
     * What a job of busybox's or toybox's says, until it is mailed: read after it was removed
     * (process_finished_job, sendmail).
     */
    {"/var/spool/cron/cron.", "", CRON_MESSAGE},
    /* As dcron's daemon names it (database.c, CheckUpdates); its crontab does from the folder. */
    {"/var/spool/cron/crontabs/cron.update", "", CRON_MESSAGE},
    {"/var/spool/cron", "/spool", CRON_SPOOL},
    {"/var/spool/anacron", "/anacron", CRON_STAMPS},
    /* Debian's cron says crond.pid and crond.reboot, cronie crond.pid and cron.reboot. */
    {"crond.pid", "/", CRON_PID},
    {"cron.pid", "/", CRON_PID},
    {"crond.reboot", "/run-", CRON_REBOOT},
    {"cron.reboot", "/run-", CRON_REBOOT},
};

/* Of all but cronie's; of dcron's (main.c, TSDir). */
const char cron_spool_folders[CRON_SPOOL_FOLDERS][12] = {"/crontabs", "/cronstamps"};
