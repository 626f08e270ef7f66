/* passwd's functions. */
#define NAMED(what) user_##what
#define ENTRY struct passwd
#define ID pw_uid
#define ID_TYPE uid_t
#define NAME pw_name
#define POINTER pw_dir
#define OWN_ID geteuid()
#define OWN_NAME own_name
#define IS_OWN is_own_user
#define IS_SYSTEMS false
#define BY_ID getpwuid
#define BY_ID_R getpwuid_r
#define BY_NAME getpwnam
#define BY_NAME_R getpwnam_r
#define REWIND setpwent
#define NEXT getpwent
#define NEXT_R getpwent_r
#define END endpwent
#include "probes/accounts/family.h"

void user_print(const char *question, const struct passwd *user) {
    if (user == NULL)
        printf("%s: nobody, errno %d\n", question, errno);
    else
        printf("%s: %s:%s:%u:%u:%s:%s:%s\n", question, user->pw_name, user->pw_passwd, user->pw_uid,
               user->pw_gid, user->pw_gecos, user->pw_dir, user->pw_shell);
    errno = 0;
}

/* Ended in the middle, it begins anew; a look-up in between does not disturb it. */
void some_users(void) {
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

#ifdef __GLIBC__
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
void all_users_shared(void) {
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
