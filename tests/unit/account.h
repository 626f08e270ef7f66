/*
 * The account of a nameless uid: how the tests ask for it. account_get keeps its answer for the
 * life of the process, so that each question is asked in a child of its own.
 */
#ifndef QLSHIM_TESTS_ACCOUNT_H
#define QLSHIM_TESTS_ACCOUNT_H

#include "unit/unit.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "core/folder.h"
#include "identity/account.h"
#include "identity/environment.h"

enum { USER_ID = 23456, GROUP_ID = 45678, VARIABLES = 16 };

/* What the system knows. */
static struct {
    const char *user;
    const char *group;
    uid_t uid;
    gid_t gid;
    const char *home;
    int away_at; /* the question, counted from 1, that is not answered; 0 for none */
} known;

static int questions;

static inline int next_question(void) {
    return questions + 1;
}

static inline enum entry judge(bool there) {
    if (++questions == known.away_at)
        return ENTRY_UNKNOWN;
    return there ? ENTRY_THERE : ENTRY_MISSING;
}

static inline enum entry find_user(const char *name) {
    return judge(known.user != NULL && strcmp(name, known.user) == 0);
}

static inline enum entry find_uid(uid_t uid) {
    return judge(uid == known.uid);
}

static inline enum entry find_group(const char *name) {
    return judge(known.group != NULL && strcmp(name, known.group) == 0);
}

static inline enum entry find_gid(gid_t gid) {
    return judge(gid == known.gid);
}

static inline bool find_home(uid_t uid, char home[FOLDER_LONGEST + 1]) {
    if (uid == known.uid && known.home != NULL)
        strcpy(home, known.home);
    return uid == known.uid && known.home != NULL;
}

static const struct account_system the_system = {find_user, find_uid, find_group, find_gid,
                                                 find_home};

/* What a child found out, in memory that it shares with its parent. */
struct answer {
    bool given;
    bool given_first; /* by the first call, which asks for the user alone */
    bool kept;        /* a second call gave the same, though the environment had changed */
    bool known_before;
    bool known_after;
    bool lazy;          /* the group was not asked for before it was needed */
    bool changed;       /* what identity_set_environment returned */
    bool old_untouched; /* the vector that the process was started with */
    struct account account;
    char user[1024];  /* as a line of the passwd file */
    char group[1024]; /* likewise of the group file */
    char logged[1024];
    char environment[VARIABLES][512];
};

static struct answer *answer;
static char base[64];

static inline void note_account(const struct account *account) {
    answer->given = account != NULL;
    if (account == NULL)
        return;
    const struct passwd *user = &account->user;
    const struct group *group = &account->group;
    answer->account = *account;
    snprintf(answer->user, sizeof answer->user, "%s:%s:%u:%u:%s:%s:%s", user->pw_name,
             user->pw_passwd, user->pw_uid, user->pw_gid, user->pw_gecos, user->pw_dir,
             user->pw_shell);
    snprintf(answer->group, sizeof answer->group, "%s:%s:%u:%s", group->gr_name, group->gr_passwd,
             group->gr_gid, group->gr_mem[0] != NULL ? group->gr_mem[0] : "");
}

static inline void note_environment(void) {
    for (int i = 0; environ[i] != NULL && i < VARIABLES; i++)
        snprintf(answer->environment[i], sizeof answer->environment[i], "%s", environ[i]);
}

static inline void find_out(char *environment[], bool set_environment) {
    static char *changed[] = {"USER=changed", "HOME=/dev/shm", NULL};
    char *old[VARIABLES];
    memcpy(old, environment, sizeof old);
    if (geteuid() == 0 && (setgid(GROUP_ID) != 0 || setuid(USER_ID) != 0))
        _exit(9);
    environ = environment;
    settings_load(environment, false);
    if (set_environment) {
        answer->changed = identity_set_environment(&the_system);
        answer->old_untouched = memcmp(old, environment, sizeof old) == 0;
        note_environment();
    } else {
        answer->known_before = account_known() != NULL;
        const struct account *without_group = account_get(&the_system);
        answer->given_first = without_group != NULL;
        answer->lazy = without_group == NULL || !without_group->group_asked;
        const struct account *account = account_get_with_group(&the_system);
        answer->known_after = account_known() == account;
        note_account(account);
        environ = changed;
        answer->kept = account_get(&the_system) == account;
    }
    read_log(answer->logged, sizeof answer->logged);
    _exit(0);
}

/* Starts a child with these variables, and the log and the private folder in the test's folder. */
static inline const struct answer *ask_for(bool set_environment, const char *const variables[]) {
    char log[128];
    char tmpdir[128];
    char *environment[VARIABLES] = {log, tmpdir};
    int count = 2;
    snprintf(log, sizeof log, "QLSHIM_LOG_FILE=%s/log", base);
    snprintf(tmpdir, sizeof tmpdir, "QLSHIM_TMPDIR=%s/tmp", base);
    for (; *variables != NULL; variables++)
        environment[count++] = (char *)*variables;
    memset(answer, 0, sizeof *answer);
    unlink("log");
    pid_t child = fork();
    if (child == 0)
        find_out(environment, set_environment);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return answer;
}

#define ASK(...) ask_for(false, (const char *[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define ENVIRONMENT(...) ask_for(true, (const char *[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* The user that a child asks as: without privileges to change it, one's own. */
static inline uid_t asking_uid(void) {
    return geteuid() == 0 ? USER_ID : geteuid();
}

static inline const char *variable(const char *name, const char *value) {
    static char texts[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(texts[next], sizeof texts[next], "%s=%s", name, value);
    return texts[next];
}

static inline int set_up(void **state) {
    if (enter_folder(state) != 0)
        return -1;
    snprintf(base, sizeof base, "%s", (char *)*state);
    answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* The child is another user. */
    return answer == MAP_FAILED || chmod(".", 01777) != 0 || chmod("tmp", 01777) != 0;
}

static inline int nothing_is_known(void **state) {
    (void)state;
    memset(&known, 0, sizeof known);
    known.uid = (uid_t)-1;
    known.gid = (gid_t)-1;
    return system("rm -rf tmp/.qlshim-*");
}

static inline int lines(const char *text) {
    int count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static inline const char *private_home(void) {
    static char home[FOLDER_SIZE + 8];
    snprintf(home, sizeof home, "%s/tmp/.qlshim-%u/home", base, asking_uid());
    return home;
}

#endif
