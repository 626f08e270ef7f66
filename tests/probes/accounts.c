/*
 * Every function of the passwd and group families, and their kin.
 *
 *     accounts own NAME GROUP HOME   they must know the process's own uid by NAME and HOME and its
 *                                    gid by GROUP: each function as the first that is called, then
 *                                    all in turn, from eight threads at once, and in the child of a
 *                                    fork. Says what does not, and how many went wrong.
 *     accounts system [UID…]         prints what they say of everybody whom they know, of these
 * uids and gids, and of nobody accounts environment           prints HOME, USER and LOGNAME as
 * getenv(3) and main have them
 */
#include "probes/probe.h"

#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* stdio.h declares it only where _GNU_SOURCE is not defined. */
char *cuserid(char *name);

enum { THREADS = 8, ROUNDS = 200, LARGEST = 4096, UNTOUCHED = 42 };

static const char *own_name;
static const char *own_group;
static const char *own_home;
static bool group_is_systems; /* the gid has a name of its own */
static int wrong;

#define CHECK(condition) check((condition), __func__, #condition, __LINE__)

static void check(bool right, const char *function, const char *condition, int line) {
    if (right)
        return;
    int error = errno;
    if (__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED) <= 20)
        printf("%s, line %d: %s (errno %d)\n", function, line, condition, error);
}

static bool is_own_user(const struct passwd *user) {
    return user != NULL && user->pw_uid == geteuid() && user->pw_gid == getegid() &&
           strcmp(user->pw_name, own_name) == 0 && strcmp(user->pw_passwd, "*") == 0 &&
           strcmp(user->pw_gecos, own_name) == 0 && strcmp(user->pw_dir, own_home) == 0 &&
           strcmp(user->pw_shell, "/bin/sh") == 0;
}

static bool is_own_group(const struct group *group) {
    return group != NULL && group->gr_gid == getegid() && strcmp(group->gr_name, own_group) == 0 &&
           (group_is_systems || (strcmp(group->gr_passwd, "*") == 0 && group->gr_mem[0] == NULL));
}

/* A successful call leaves errno alone; of what the system itself answers nobody says so. */
static bool untouched(void) {
    bool result = errno == UNTOUCHED;
    errno = UNTOUCHED;
    return result;
}

static bool group_untouched(void) {
    return untouched() || group_is_systems;
}

/* --- one function each -------------------------------------------------------------------------*/

static void user_by_uid(void) {
    CHECK(is_own_user(getpwuid(geteuid())));
    CHECK(untouched());
}

static void user_by_name(void) {
    CHECK(is_own_user(getpwnam(own_name)));
    CHECK(untouched());
}

static void group_by_gid(void) {
    CHECK(is_own_group(getgrgid(getegid())));
    CHECK(group_untouched());
}

static void group_by_name(void) {
    CHECK(is_own_group(getgrnam(own_group)));
    CHECK(group_untouched());
}

typedef int user_function(struct passwd *entry, char *buffer, size_t size, struct passwd **result);
typedef int group_function(struct group *entry, char *buffer, size_t size, struct group **result);

static int ask_user_by_uid(struct passwd *entry, char *buffer, size_t size,
                           struct passwd **result) {
    return getpwuid_r(geteuid(), entry, buffer, size, result);
}

static int ask_user_by_name(struct passwd *entry, char *buffer, size_t size,
                            struct passwd **result) {
    return getpwnam_r(own_name, entry, buffer, size, result);
}

static int ask_group_by_gid(struct group *entry, char *buffer, size_t size, struct group **result) {
    return getgrgid_r(getegid(), entry, buffer, size, result);
}

static int ask_group_by_name(struct group *entry, char *buffer, size_t size,
                             struct group **result) {
    return getgrnam_r(own_group, entry, buffer, size, result);
}

static bool inside(const void *pointer, const char *buffer, size_t size) {
    return (const char *)pointer >= buffer && (const char *)pointer < buffer + size;
}

static bool intact_behind(const char *buffer, size_t size) {
    for (size_t i = size; i < size + 64; i++)
        if (buffer[i] != '#')
            return false;
    return true;
}

/* As programs do: a buffer that is too small gives ERANGE, and a larger one is tried. */
static void user_at_every_size(user_function *ask) {
    char buffer[LARGEST + 64];
    struct passwd entry;
    struct passwd *result = &entry;
    size_t size = 0;
    int error = ERANGE;
    while (error == ERANGE && size < LARGEST) {
        size++;
        memset(buffer, '#', sizeof buffer);
        result = &entry;
        errno = UNTOUCHED;
        error = ask(&entry, buffer, size, &result);
        CHECK(intact_behind(buffer, size));
        CHECK(error == 0 || result == NULL);
    }
    CHECK(error == 0);
    CHECK(untouched());
    CHECK(result == &entry && is_own_user(result));
    CHECK(result == NULL ||
          (inside(result->pw_name, buffer, size) && inside(result->pw_dir, buffer, size)));
}

static void group_at_every_size(group_function *ask) {
    char buffer[LARGEST + 64];
    struct group entry;
    struct group *result = &entry;
    size_t size = 0;
    int error = ERANGE;
    while (error == ERANGE && size < LARGEST) {
        size++;
        memset(buffer, '#', sizeof buffer);
        result = &entry;
        errno = UNTOUCHED;
        error = ask(&entry, buffer, size, &result);
        CHECK(intact_behind(buffer, size));
        CHECK(error == 0 || result == NULL);
    }
    CHECK(error == 0);
    CHECK(group_untouched());
    CHECK(result == &entry && is_own_group(result));
    CHECK(result == NULL ||
          (inside(result->gr_name, buffer, size) && inside(result->gr_mem, buffer, size)));
}

static void user_by_uid_reentrant(void) {
    user_at_every_size(ask_user_by_uid);
}

static void user_by_name_reentrant(void) {
    user_at_every_size(ask_user_by_name);
}

static void group_by_gid_reentrant(void) {
    group_at_every_size(ask_group_by_gid);
}

static void group_by_name_reentrant(void) {
    group_at_every_size(ask_group_by_name);
}

/* A first call with enough room, as most programs make it. */
static void with_room(void) {
    char buffer[LARGEST];
    struct passwd user;
    struct passwd *found_user = NULL;
    struct group group;
    struct group *found_group = NULL;
    CHECK(getpwuid_r(geteuid(), &user, buffer, sizeof buffer, &found_user) == 0);
    CHECK(untouched());
    CHECK(is_own_user(found_user));
    CHECK(getgrgid_r(getegid(), &group, buffer, sizeof buffer, &found_group) == 0);
    CHECK(group_untouched());
    CHECK(is_own_group(found_group));
}

/* The system's entries, then the process's own, once. */
static void all_users(void) {
    for (int round = 0; round < 2; round++) {
        int own = 0;
        int others = 0;
        bool last = false;
        setpwent();
        errno = UNTOUCHED;
        for (struct passwd *user; (user = getpwent()) != NULL; others += !last) {
            last = is_own_user(user);
            own += last;
            CHECK(!last || untouched());
        }
        CHECK(own == 1);
        CHECK(last);
        CHECK(others >= 10);
        CHECK(getpwent() == NULL);
        endpwent();
    }
}

static void all_groups(void) {
    for (int round = 0; round < 2; round++) {
        int own = 0;
        int others = 0;
        bool last = false;
        setgrent();
        errno = UNTOUCHED;
        for (struct group *group; (group = getgrent()) != NULL; others += !last) {
            last = is_own_group(group);
            own += last;
            CHECK(!last || group_untouched());
        }
        CHECK(own == 1);
        CHECK(last || group_is_systems);
        CHECK(others >= 10);
        CHECK(getgrent() == NULL);
        endgrent();
    }
}

/* Ended in the middle, it begins anew; a look-up in between does not disturb it. */
static void some_users(void) {
    char first[64];
    struct passwd *user = getpwent();
    CHECK(user != NULL);
    snprintf(first, sizeof first, "%s", user != NULL ? user->pw_name : "");
    endpwent();
    user = getpwent();
    CHECK(user != NULL && strcmp(user->pw_name, first) == 0);
    CHECK(is_own_user(getpwuid(geteuid())));
    user = getpwent();
    CHECK(user != NULL && strcmp(user->pw_name, first) != 0);
    endpwent();
}

/* What a program does to its answer is no matter to the next. */
static void answers_may_be_written_to(void) {
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

#ifdef __GLIBC__
static void all_users_reentrant(void) {
    char buffer[LARGEST];
    struct passwd entry;
    struct passwd *result = NULL;
    int own = 0;
    setpwent();
    while (getpwent_r(&entry, buffer, sizeof buffer, &result) == 0)
        own += is_own_user(result);
    CHECK(own == 1);
    CHECK(result == NULL);
    CHECK(getpwent_r(&entry, buffer, sizeof buffer, &result) == ENOENT);
    endpwent();
    /* With too little room the same entry is given again. */
    setpwent();
    own = 0;
    size_t size = 1;
    int error = 0;
    while (error != ENOENT && size < sizeof buffer) {
        error = getpwent_r(&entry, buffer, size, &result);
        size = error == ERANGE ? size + 1 : 1;
        own += error == 0 && is_own_user(result);
    }
    CHECK(own == 1);
    endpwent();
}

static void all_groups_reentrant(void) {
    char buffer[LARGEST];
    struct group entry;
    struct group *result = NULL;
    int own = 0;
    setgrent();
    while (getgrent_r(&entry, buffer, sizeof buffer, &result) == 0)
        own += is_own_group(result);
    CHECK(own == 1);
    CHECK(result == NULL);
    CHECK(getgrent_r(&entry, buffer, sizeof buffer, &result) == ENOENT);
    endgrent();
}

struct totals {
    int own;
    int root;
};

static void *count_users(void *argument) {
    struct totals *totals = argument;
    char buffer[LARGEST];
    struct passwd entry;
    struct passwd *result = NULL;
    while (getpwent_r(&entry, buffer, sizeof buffer, &result) == 0) {
        __atomic_add_fetch(&totals->own, is_own_user(result), __ATOMIC_RELAXED);
        __atomic_add_fetch(&totals->root, result->pw_uid == 0, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* Threads that share an enumeration see each entry once. */
static void all_users_shared(void) {
    struct totals right = {0};
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];
        struct totals totals = {0};
        setpwent();
        for (int i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, count_users, &totals);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        endpwent();
        right.own += totals.own == 1;
        right.root += totals.root == 1;
    }
    CHECK(right.root == ROUNDS);
    CHECK(right.own == ROUNDS);
}
#endif

static void login_name(void) {
    char name[64];
    const char *login = getlogin();
    CHECK(login != NULL && strcmp(login, own_name) == 0);
    CHECK(untouched());
    CHECK(getlogin_r(name, sizeof name) == 0);
    CHECK(untouched());
    CHECK(strcmp(name, own_name) == 0);
}

static void login_name_reentrant(void) {
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
static void name_of_the_user(void) {
    char name[64] = "";
    CHECK(cuserid(name) == name && strncmp(name, own_name, 8) == 0);
    CHECK(untouched());
    const char *given = cuserid(NULL);
    CHECK(given != NULL && strncmp(given, own_name, 8) == 0);
    CHECK(untouched());
}

/* The user's groups are the process's. */
static void groups_of_the_user(void) {
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
static void become_the_user(void) {
    CHECK(initgroups(own_name, getegid()) == 0);
    CHECK(untouched());
    CHECK(initgroups(own_name, getegid() + 1) == -1 && errno == EPERM);
    CHECK(initgroups("root", 0) == -1 && errno == EPERM);
    CHECK(initgroups("daemon", getegid()) == -1 && errno == EPERM);
}

static void others_are_not_found(void) {
    char buffer[LARGEST];
    struct passwd user;
    struct passwd *found = &user;
    CHECK(getpwuid(geteuid() + 1) == NULL);
    CHECK(getpwnam("qlshim-nobody") == NULL);
    CHECK(getgrgid(getegid() + 1) == NULL || group_is_systems);
    CHECK(getgrnam("qlshim-nobody") == NULL);
    CHECK(getpwuid_r(geteuid() + 1, &user, buffer, sizeof buffer, &found) == 0 && found == NULL);
    const struct passwd *root = getpwuid(0);
    CHECK(root != NULL && strcmp(root->pw_name, "root") == 0);
}

typedef void step(void);

static step *const steps[] = {
    user_by_uid,
    user_by_name,
    with_room,
    group_by_gid,
    group_by_name,
    user_by_uid_reentrant,
    user_by_name_reentrant,
    group_by_gid_reentrant,
    group_by_name_reentrant,
    all_users,
    all_groups,
    some_users,
    login_name,
    login_name_reentrant,
    name_of_the_user,
    groups_of_the_user,
    become_the_user,
    others_are_not_found,
#ifdef __GLIBC__
    all_users_reentrant,
    all_groups_reentrant,
    all_users_shared,
#endif
    answers_may_be_written_to,
};
enum { STEPS = sizeof steps / sizeof steps[0] };

/* --- each alone, all in turn, in threads and after fork ----------------------------------------*/

/* In a child, so that it is the first that asks. */
static void run_alone(step *function) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        wrong = 0;
        errno = UNTOUCHED;
        function();
        fflush(stdout);
        _exit(wrong < 100 ? wrong : 100);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    wrong += WEXITSTATUS(status);
}

static void *look_up(void *nothing) {
    char buffer[LARGEST];
    for (int round = 0; round < ROUNDS; round++) {
        struct passwd user;
        struct passwd *found_user = NULL;
        struct group group;
        struct group *found_group = NULL;
        CHECK(getpwuid_r(geteuid(), &user, buffer, sizeof buffer, &found_user) == 0);
        CHECK(is_own_user(found_user));
        CHECK(getpwnam_r(own_name, &user, buffer, sizeof buffer, &found_user) == 0);
        CHECK(is_own_user(found_user));
        CHECK(getgrgid_r(getegid(), &group, buffer, sizeof buffer, &found_group) == 0);
        CHECK(is_own_group(found_group));
        CHECK(getpwuid_r(0, &user, buffer, sizeof buffer, &found_user) == 0);
        CHECK(found_user != NULL && strcmp(found_user->pw_name, "root") == 0);
        CHECK(getlogin_r(buffer, sizeof buffer) == 0 && strcmp(buffer, own_name) == 0);
    }
    return nothing;
}

static void start_threads(pthread_t threads[THREADS]) {
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, look_up, NULL) == 0);
}

static void join_threads(const pthread_t threads[THREADS]) {
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* In a child whose threads are the first that ask. */
static void look_up_from_threads(void) {
    pthread_t threads[THREADS];
    start_threads(threads);
    join_threads(threads);
}

static void after_fork(void) {
    char buffer[LARGEST];
    struct passwd entry;
    struct passwd *found = NULL;
    user_by_uid();
    user_by_name();
    CHECK(getpwuid_r(geteuid(), &entry, buffer, sizeof buffer, &found) == 0);
    CHECK(is_own_user(found));
    CHECK(untouched());
}

/*
 * Children of a process whose threads ask meanwhile. They ask for what is known by then, which
 * takes no lock; one that a thread held when they were forked would stop them for ever, as it does
 * bare.
 */
static void look_up_after_fork(void) {
    pthread_t threads[THREADS];
    CHECK(getpwuid(geteuid()) != NULL);
    if (wrong != 0)
        return;
    start_threads(threads);
    for (int i = 0; i < THREADS; i++)
        run_alone(after_fork);
    join_threads(threads);
}

static int check_own(char *argv[]) {
    own_name = argv[2];
    own_group = argv[3];
    own_home = argv[4];
    group_is_systems = strcmp(own_group, own_name) != 0;
    for (int i = 0; i < STEPS; i++)
        run_alone(steps[i]);
    run_alone(look_up_from_threads);
    run_alone(look_up_after_fork);
    errno = UNTOUCHED;
    for (int i = 0; i < STEPS - 1; i++) {
        steps[i]();
        errno = UNTOUCHED;
    }
    run_alone(with_room);
    printf("%d wrong\n", wrong);
    return wrong != 0;
}

/* --- what the system knows ---------------------------------------------------------------------*/

/* Each line names who was asked for, so that all about one account can be told by it. */
static void print_user(const char *question, const struct passwd *user) {
    if (user == NULL)
        printf("%s: nobody, errno %d\n", question, errno);
    else
        printf("%s: %s:%s:%u:%u:%s:%s:%s\n", question, user->pw_name, user->pw_passwd, user->pw_uid,
               user->pw_gid, user->pw_gecos, user->pw_dir, user->pw_shell);
    errno = 0;
}

static void print_group(const char *question, const struct group *group) {
    if (group == NULL) {
        printf("%s: no group, errno %d\n", question, errno);
    } else {
        printf("%s: %s:%s:%u:", question, group->gr_name, group->gr_passwd, group->gr_gid);
        for (char **member = group->gr_mem; *member != NULL; member++)
            printf("%s,", *member);
        puts("");
    }
    errno = 0;
}

static const char *question(const char *function, const char *name, size_t size, int error) {
    static char text[200];
    snprintf(text, sizeof text, "%s(%s), %zu bytes: %d", function, name, size, error);
    return text;
}

static void print_user_of(uid_t uid, const char *name) {
    char buffer[LARGEST];
    char number[16];
    struct passwd entry;
    struct passwd *result = NULL;
    snprintf(number, sizeof number, "%u", uid);
    print_user(question("getpwuid", number, 0, 0), getpwuid(uid));
    print_user(question("getpwnam", name, 0, 0), getpwnam(name));
    for (size_t size = 1; size <= sizeof buffer; size *= 16) {
        int error = getpwuid_r(uid, &entry, buffer, size, &result);
        print_user(question("getpwuid_r", number, size, error), result);
        error = getpwnam_r(name, &entry, buffer, size, &result);
        print_user(question("getpwnam_r", name, size, error), result);
    }
}

static void print_group_of(gid_t gid, const char *name) {
    char buffer[LARGEST];
    char number[16];
    struct group entry;
    struct group *result = NULL;
    snprintf(number, sizeof number, "%u", gid);
    print_group(question("getgrgid", number, 0, 0), getgrgid(gid));
    print_group(question("getgrnam", name, 0, 0), getgrnam(name));
    for (size_t size = 1; size <= sizeof buffer; size *= 16) {
        int error = getgrgid_r(gid, &entry, buffer, size, &result);
        print_group(question("getgrgid_r", number, size, error), result);
        error = getgrnam_r(name, &entry, buffer, size, &result);
        print_group(question("getgrnam_r", name, size, error), result);
    }
}

static void print_groups_of(const char *name) {
    gid_t groups[64] = {0};
    for (int room = 0; room <= 64; room += 16) {
        int count = room;
        int result = getgrouplist(name, 12345, groups, &count);
        printf("getgrouplist(%s), room for %d: %d, %d:", name, room, result, count);
        for (int i = 0; i < count && i < room; i++)
            printf(" %u", groups[i]);
        puts("");
    }
    errno = 0;
}

enum { ENTRIES = 200 };

struct names {
    int count;
    struct {
        unsigned id;
        char name[64];
    } entries[ENTRIES];
};

static void note(struct names *names, unsigned id, const char *name) {
    if (names->count == ENTRIES)
        return;
    names->entries[names->count].id = id;
    snprintf(names->entries[names->count].name, sizeof names->entries[0].name, "%s", name);
    names->count++;
}

/* The enumerations first, then each of whom they name. */
static void print_everybody(void) {
    static struct names users;
    static struct names groups;
    for (struct passwd *user; (user = getpwent()) != NULL;) {
        note(&users, user->pw_uid, user->pw_name);
        print_user("getpwent", user);
    }
    endpwent();
    for (struct group *group; (group = getgrent()) != NULL;) {
        note(&groups, group->gr_gid, group->gr_name);
        print_group("getgrent", group);
    }
    endgrent();
    errno = 0;
    for (int i = 0; i < users.count; i++) {
        print_user_of(users.entries[i].id, users.entries[i].name);
        print_groups_of(users.entries[i].name);
    }
    for (int i = 0; i < groups.count; i++)
        print_group_of(groups.entries[i].id, groups.entries[i].name);
}

static void print_oneself(void) {
    char name[64] = "?";
    const char *login = getlogin();
    printf("getlogin: %s, errno %d\n", login != NULL ? login : "none", errno);
    int error = getlogin_r(name, sizeof name);
    printf("getlogin_r: %s, %d\n", name, error);
    printf("cuserid: %s\n", cuserid(name));
    report("initgroups of root", initgroups("root", 0));
    report("initgroups of daemon", initgroups("daemon", 1));
    report("initgroups of nobody", initgroups("qlshim-nobody", 54321));
}

static void print_system(char *ids[]) {
    errno = 0;
    print_everybody();
    print_groups_of("qlshim-nobody");
    for (; *ids != NULL; ids++) {
        print_user_of((uid_t)atoi(*ids), "qlshim-nobody");
        print_group_of((gid_t)atoi(*ids), "qlshim-nobody");
    }
    print_oneself();
}

static void print_environment(char *vector[]) {
    static const char *const names[] = {"HOME", "USER", "LOGNAME"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        size_t length = strlen(names[i]);
        printf("getenv %s=%s\n", names[i], value != NULL ? value : "(none)");
        for (char **entry = vector; *entry != NULL; entry++)
            if (strncmp(*entry, names[i], length) == 0 && (*entry)[length] == '=')
                printf("main %s\n", *entry);
    }
}

int main(int argc, char *argv[], char *envp[]) {
    if (argc == 5 && strcmp(argv[1], "own") == 0)
        return check_own(argv);
    if (argc >= 2 && strcmp(argv[1], "system") == 0)
        print_system(argv + 2);
    else if (argc == 2 && strcmp(argv[1], "environment") == 0)
        print_environment(envp);
    else
        return 2;
    return 0;
}
