/* What else tells who a process is, and what holds for all functions together. */
#include "probes/accounts/accounts.h"

void login_name(void) {
    char name[64];
    const char *login = getlogin();
    CHECK(login != NULL && strcmp(login, own_name) == 0);
    CHECK(untouched());
    CHECK(getlogin_r(name, sizeof name) == 0);
    CHECK(untouched());
    CHECK(strcmp(name, own_name) == 0);
}

void login_name_reentrant(void) {
    char name[64];
    size_t size = strlen(own_name) + 1;
    memset(name, '#', sizeof name);
    CHECK(getlogin_r(name, size - 1) == ERANGE);
    CHECK(intact_behind(name - size + 1, size - 1));
    errno = UNTOUCHED;
    CHECK(getlogin_r(name, size) == 0);
    CHECK(untouched());
    CHECK(strcmp(name, own_name) == 0);
    CHECK(name[size] == '#');
}

/* It has always cut long names (cuserid(3)). */
void name_of_the_user(void) {
    char name[64] = "";
    CHECK(cuserid(name) == name && strncmp(name, own_name, 8) == 0);
    CHECK(untouched());
    const char *given = cuserid(NULL);
    CHECK(given != NULL && strncmp(given, own_name, 8) == 0);
    CHECK(untouched());
}

/* The user's groups are the process's. */
void groups_of_the_user(void) {
    gid_t own[64];
    gid_t groups[64];
    int supplementary = getgroups(64, own);
    int count = 64;
    int needed = 1;
    for (int i = 0; i < supplementary; i++)
        needed += own[i] != getegid();
    CHECK(getgrouplist(own_name, getegid(), groups, &count) == needed && count == needed);
    CHECK(groups[0] == getegid());
    for (int i = 1; i < needed; i++)
        CHECK(groups[i] != getegid());
    if (needed == 1)
        return;
    groups[1] = UNTOUCHED;
    count = 1;
    CHECK(getgrouplist(own_name, getegid(), groups, &count) == -1 && count == needed);
    CHECK(groups[0] == getegid() && groups[1] == UNTOUCHED);
}

/* To oneself only. */
void become_the_user(void) {
    CHECK(initgroups(own_name, getegid()) == 0);
    CHECK(untouched());
    CHECK(initgroups(own_name, getegid() + 1) == -1 && errno == EPERM);
    CHECK(initgroups("root", 0) == -1 && errno == EPERM);
    CHECK(initgroups("daemon", getegid()) == -1 && errno == EPERM);
}

void others_are_not_found(void) {
    char buffer[LARGEST];
    struct passwd user;
    struct passwd *found = &user;
    CHECK(getpwuid(geteuid() + 1) == NULL);
    CHECK(getpwnam("qlshim-nobody") == NULL);
    CHECK(getgrgid(getegid() + 2) == NULL || group_is_systems);
    CHECK(getgrnam("qlshim-nobody") == NULL);
    CHECK(getpwuid_r(geteuid() + 1, &user, buffer, sizeof buffer, &found) == 0 && found == NULL);
    const struct passwd *root = getpwuid(0);
    CHECK(root != NULL && strcmp(root->pw_name, "root") == 0);
}

/* What a program does to its answer is no matter to the next. */
void answers_may_be_written_to(void) {
    struct passwd *user = getpwuid(geteuid());
    struct group *group = getgrgid(getegid());
    if (user == NULL || group == NULL) {
        CHECK(!"an answer");
        return;
    }
    memset(user->pw_passwd, 0, strlen(user->pw_passwd));
    user->pw_gecos[0] = '\0';
    user->pw_dir = NULL;
    group->gr_name[0] = '?';
    group->gr_mem = NULL;
    CHECK(is_own_user(getpwuid(geteuid())));
    CHECK(is_own_group(getgrgid(getegid())));
}
