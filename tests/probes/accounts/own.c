/* The process's own account: who it is, and each step alone, all in turn, in threads and after
 * fork. */
#include "probes/accounts/accounts.h"

#include <sys/wait.h>

const char *own_name;
const char *own_group;
const char *own_home;
bool group_is_systems;

static int wrong;

void check(bool right, const char *function, const char *condition, int line) {
    if (right)
        return;
    int error = errno;
    if (__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED) <= 20)
        printf("%s, line %d: %s (errno %d)\n", function, line, condition, error);
}

bool is_own_user(const struct passwd *user) {
    return user != NULL && user->pw_uid == geteuid() && user->pw_gid == getegid() &&
           strcmp(user->pw_name, own_name) == 0 && strcmp(user->pw_passwd, "*") == 0 &&
           strcmp(user->pw_gecos, own_name) == 0 && strcmp(user->pw_dir, own_home) == 0 &&
           strcmp(user->pw_shell, "/bin/sh") == 0;
}

bool is_own_group(const struct group *group) {
    return group != NULL && group->gr_gid == getegid() && strcmp(group->gr_name, own_group) == 0 &&
           (group_is_systems || (strcmp(group->gr_passwd, "*") == 0 && group->gr_mem[0] == NULL));
}

bool untouched(void) {
    bool result = errno == UNTOUCHED;
    errno = UNTOUCHED;
    return result;
}

bool intact_behind(const char *buffer, size_t size) {
    for (size_t i = size; i < size + 64; i++)
        if (buffer[i] != '#')
            return false;
    return true;
}

static void with_room(void) {
    user_with_room();
    group_with_room();
}

static step *const steps[] = {
    user_by_id,
    user_by_name,
    with_room,
    group_by_id,
    group_by_name,
    user_by_id_reentrant,
    user_by_name_reentrant,
    group_by_id_reentrant,
    group_by_name_reentrant,
    user_list,
    group_list,
    some_users,
    login_name,
    login_name_reentrant,
    name_of_the_user,
    groups_of_the_user,
    become_the_user,
    others_are_not_found,
#ifdef __GLIBC__
    user_list_reentrant,
    group_list_reentrant,
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
    user_by_id();
    user_by_name();
    user_with_room();
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

int check_own(char *argv[]) {
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
