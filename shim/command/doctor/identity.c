#include <stdlib.h>
#include <unistd.h>

#include "command/account.h"
#include "command/doctor/doctor.h"
#include "command/doctor/report.h"

static void examine_uid(const struct account *account) {
    bool root = geteuid() == 0;
    bool known = files_system.find_uid(geteuid()) == ENTRY_THERE;
    struct finding finding = {
        .area = "identity",
        .status = root || known ? FINDING_FINE : FINDING_MENDED,
        .subject = text_of("uid %u", geteuid()),
        .fact = "has a name in /etc/passwd",
    };
    if (!known && account != NULL) {
        finding.fact = "has no name in /etc/passwd";
        finding.message =
            "`uv_os_get_passwd returned ENOENT`, `I have no name!`, `No user exists "
            "for uid`, `getpwuid(): uid not found`";
        finding.remedy = text_of("the name is %s, the shell %s", account->name, account->shell);
    } else if (!known) {
        finding.status = FINDING_NOTE;
        finding.fact = "has no name in /etc/passwd, and the shim leaves root alone";
    }
    report(&finding);
}

static void examine_gid(const struct account *account) {
    bool known = files_system.find_gid(getegid()) == ENTRY_THERE;
    report(&(struct finding){
        .area = "identity",
        .status = known             ? FINDING_FINE
                  : account == NULL ? FINDING_NOTE
                                    : FINDING_MENDED,
        .subject = text_of("gid %u", getegid()),
        .fact = known ? "has a name in /etc/group" : "has no name in /etc/group",
        .message = known ? NULL : "`cannot find name for group ID`",
        .remedy = known || account == NULL ? NULL : text_of("the name is %s", account->group_name),
    });
}

static void examine_home(const struct account *account) {
    const char *home = getenv("HOME");
    bool usable = account_home_usable(home);
    bool mended = !usable && account != NULL && account->user_missing;
    struct finding finding = {
        .area = "identity",
        .status = usable   ? FINDING_FINE
                  : mended ? FINDING_MENDED
                           : FINDING_NOTE,
        .subject = home == NULL ? "HOME" : text_of("HOME=%s", home),
        .fact = usable         ? "can be written"
                : home == NULL ? "is not set"
                               : "is no folder that can be written",
    };
    if (!usable)
        finding.message = "`EACCES: permission denied, mkdir '/.pm2/logs'`, `'/.npm'`";
    if (mended)
        finding.remedy =
            text_of("HOME becomes %s; set QLSHIM_HOME to keep what lies there", account->home);
    report(&finding);
}

void examine_identity(void) {
    const struct account *account = account_get_with_group(&files_system);
    examine_uid(account);
    examine_gid(account);
    if (geteuid() != 0)
        examine_home(account);
}
