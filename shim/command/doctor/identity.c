#include <stdlib.h>
#include <unistd.h>

#include "command/account.h"
#include "command/doctor/doctor.h"
#include "command/doctor/report.h"
#include "identity/environment.h"
#include "identity/home.h"
#include "identity/supplementary.h"

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

/* `name`: what the shim calls it, NULL where it leaves it alone. */
static void examine_gid(const char *which, gid_t gid, const char *name) {
    bool known = files_system.find_gid(gid) == ENTRY_THERE;
    report(&(struct finding){
        .area = "identity",
        .status = known          ? FINDING_FINE
                  : name == NULL ? FINDING_NOTE
                                 : FINDING_MENDED,
        .subject = text_of("%s %u", which, gid),
        .fact = known ? "has a name in /etc/group" : "has no name in /etc/group",
        .message = known ? NULL : "`cannot find name for group ID`",
        .remedy = known || name == NULL ? NULL : text_of("the name is %s", name),
    });
}

/* Of one that the process has twice the first. */
static bool is_first(const gid_t *groups, int place) {
    int first = 0;
    while (groups[first] != groups[place])
        first++;
    return first == place;
}

static void examine_supplementary(void) {
    struct supplementary supplementary;
    gid_t groups[256];
    int count = getgroups(sizeof groups / sizeof groups[0], groups);
    for (int i = 0; i < count; i++)
        if (groups[i] != getegid() && is_first(groups, i) &&
            supplementary_by_gid(&files_system, groups[i], &supplementary))
            examine_gid("supplementary gid", groups[i], supplementary.name);
}

static void examine_home(const struct account *account) {
    const char *home = getenv("HOME");
    char other[FOLDER_LONGEST + 1] = "";
    bool usable = home_usable(home);
    bool nameless = account != NULL && account->user_missing;
    bool mended = !usable && (nameless || identity_replace_home(home, &files_system, other));
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
        finding.remedy = text_of("HOME becomes %s; set QLSHIM_HOME to keep what lies there",
                                 nameless ? account->home : other);
    report(&finding);
}

void examine_identity(void) {
    const struct account *account = account_get_with_group(&files_system);
    examine_uid(account);
    examine_gid("gid", getegid(), account != NULL ? account->group_name : NULL);
    examine_supplementary();
    if (geteuid() != 0)
        examine_home(account);
}
