/*
 * The policy's shared state under many threads: for ThreadSanitizer (a unit test, unit-tables) and
 * for helgrind (races.bats).
 *
 *     tables                    cmocka: the two below, and what each must come to
 *     tables hammer SECONDS     threads use the tables, and the rest of what the doors keep, while
 *                               one of them forks
 *     tables racy SECONDS       threads write to a variable without a lock
 *
 * A detector ends the process with a status of its own where it found a race. `hammer` exits 1
 * where an answer was wrong.
 */
#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

#include "core/folder.h"
#include "core/table.h"
#include "identity/account.h"
#include "sockets/connect.h"
#include "sockets/marker.h"
#include "sockets/missing.h"
#include "sockets/names.h"
#include "sockets/redirect.h"
#include "sockets/verdict.h"

#ifdef HELGRIND
#include <valgrind/helgrind.h>

/* Helgrind knows POSIX locks only: the tables' is explained to it (ld's --wrap). */
bool __real_table_try_lock(void);
void __real_table_unlock(void);
bool __wrap_table_try_lock(void);
void __wrap_table_unlock(void);
static int lock;

bool __wrap_table_try_lock(void) {
    bool taken = __real_table_try_lock();
    if (taken)
        ANNOTATE_RWLOCK_ACQUIRED(&lock, 1);
    return taken;
}

void __wrap_table_unlock(void) {
    ANNOTATE_RWLOCK_RELEASED(&lock, 1);
    __real_table_unlock();
}
#endif

enum { THREADS = 6, NAMES = 3000, CHILD_SECONDS = 20, UID = 23456 };

static char folder[FOLDER_SIZE];
static time_t end;
static unsigned wrong;
static unsigned long rounds;
static unsigned long racy;

static void check(bool right) {
    if (!right)
        __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
}

static void use_names(unsigned number) {
    char address[SOCKET_PATH_SIZE];
    char path[SOCKET_PATH_SIZE];
    char found[SOCKET_PATH_SIZE];
    snprintf(address, sizeof address, "%.80s/%016x", folder, number % NAMES);
    snprintf(path, sizeof path, "/data/%u", number % NAMES);
    if (number % 3 == 0)
        names_remember(address, path);
    check(!names_find(address, found) || strcmp(found, path) == 0);
    missing_note(path);
    missing_noted(address);
}

static enum entry nobody(const char *name) {
    (void)name;
    return ENTRY_MISSING;
}

static enum entry no_id(unsigned id) {
    (void)id;
    return ENTRY_MISSING;
}

static void use_account(void) {
    static const struct account_system system = {nobody, no_id, nobody, no_id, NULL};
    const struct account *account = account_get_with_group(&system);
    check(account != NULL && strcmp(account->user.pw_name, "u23456") == 0);
    account = account_get_with_group(&system);
    check(account != NULL && strcmp(account->group.gr_name, "u23456") == 0);
}

static void use_sockets(unsigned thread) {
    char path[32];
    struct sockaddr_un address;
    struct target target;
    struct marker marker;
    struct redirect_plan plan;
    snprintf(path, sizeof path, "%u.sock", thread);
    socklen_t length = address_set(&address, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int folder = open(".", O_PATH | O_DIRECTORY);
    check(verdict_of(folder, ".").kind == VERDICT_TAKES);
    close(folder);
    check(redirect_planned((struct sockaddr *)&address, length, &plan));
    check(redirect_bind(fd, &plan) == 0);
    check(redirect_target(ECONNREFUSED, (struct sockaddr *)&address, length, &target) == 0);
    way_release(&target.way);
    check(marker_find(AT_FDCWD, path, false, &marker) == 0);
    check(unlink(path) == 0);
    close(fd);
}

static void *hammer(void *argument) {
    unsigned thread = *(unsigned *)argument;
    for (unsigned number = thread * 1000; time(NULL) < end; number += 7) {
        use_names(number);
        if (number % 8 != 0)
            continue;
        use_account();
        use_sockets(thread);
        __atomic_add_fetch(&rounds, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* A child may have inherited the lock from a thread that it does not have. */
static void fork_one(unsigned number) {
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS);
        wrong = 0;
        use_names(number * 3);
        use_account();
        use_sockets(THREADS);
        _exit(wrong != 0);
    }
    check(waitpid(child, &status, 0) == child && status == 0);
}

static void fork_with_the_lock_held(void) {
    check(table_try_lock());
    fork_one(1);
    table_unlock();
}

static void *race(void *argument) {
    while (time(NULL) < end)
        racy++;
    return argument;
}

static int run_threads(void *(*start)(void *)) {
    pthread_t threads[THREADS];
    static unsigned numbers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, start, &numbers[i]) != 0)
            return 2;
    }
    for (unsigned forks = 0; start == hammer && time(NULL) < end; forks++)
        fork_one(forks);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%lu rounds, %u wrong\n", rounds, wrong);
    return wrong != 0 || (start == hammer && rounds < THREADS);
}

static int run(const char *part) {
    void *state = NULL;
    if (getuid() == 0 &&
        (setgroups(0, NULL) != 0 || setresgid(UID, UID, UID) != 0 || setresuid(UID, UID, UID) != 0))
        return 2;
    if (strcmp(part, "racy") == 0)
        return run_threads(race);
    if (enter_folder(&state) != 0 || private_folder(folder) != 0)
        return 2;
    settings.sockets = SOCKETS_ALWAYS;
    unsetenv("USER");
    unsetenv("LOGNAME");
    fork_with_the_lock_held();
#ifdef HELGRIND
    /* Published by atomic stores, which helgrind does not know: before there are threads. */
    use_account();
    markers_note();
#endif
    int result = run_threads(hammer);
    return leave_folder(&state) != 0 ? 2 : result;
}

/* --- as a unit test, with ThreadSanitizer in it ---------------------------------------------- */

static const char *program;
enum { RACE_FOUND = 66 }; /* ThreadSanitizer's exit status */

/* ThreadSanitizer cannot do with as random a layout as some kernels make: so with a fixed one. */
static int outcome(const char *part, int seconds) {
    char command[4200];
    snprintf(command, sizeof command, "setarch -R '%s' %s %d >&2", program, part, seconds);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_race_is_reported(void **state) {
    (void)state;
    assert_int_equal(outcome("racy", 2), RACE_FOUND);
}

static void the_tables_are_safe_in_threads_and_children(void **state) {
    (void)state;
    assert_int_equal(outcome("hammer", 6), 0);
}

int main(int argc, char *argv[]) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_race_is_reported),
        cmocka_unit_test(the_tables_are_safe_in_threads_and_children),
    };
    program = argv[0];
    if (argc == 1)
        return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
    if (argc != 3)
        return 2;
    end = time(NULL) + atoi(argv[2]);
    return run(argv[1]);
}
