/* What the files of this probe share. */
#ifndef QLSHIM_TESTS_ACCOUNTS_H
#define QLSHIM_TESTS_ACCOUNTS_H

#include "probes/probe.h"

#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* stdio.h declares it only where _GNU_SOURCE is not defined. */
char *cuserid(char *name);

enum { THREADS = 8, ROUNDS = 200, LARGEST = 4096, UNTOUCHED = 42 };

/* --- own.c: the process's own account ----------------------------------------------------------*/

extern const char *own_name;
extern const char *own_group;
extern const char *own_home;
extern bool group_is_systems; /* the gid has a name of its own */

#define CHECK(condition) check((condition), __func__, #condition, __LINE__)

void check(bool right, const char *function, const char *condition, int line);
bool is_own_user(const struct passwd *user);
bool is_own_group(const struct group *group);

/* A successful call leaves errno alone. */
bool untouched(void);

bool intact_behind(const char *buffer, size_t size);
int check_own(char *argv[]);

/* --- the steps: what is asked
 * -------------------------------------------------------------------*/

typedef void step(void);

/* users.c and groups.c, by family.h */
step user_by_id, user_by_name, user_by_id_reentrant, user_by_name_reentrant, user_with_room;
step group_by_id, group_by_name, group_by_id_reentrant, group_by_name_reentrant, group_with_room;
step user_list, user_list_reentrant, group_list, group_list_reentrant;
step some_users, all_users_shared;

/* kin.c */
step login_name, login_name_reentrant, name_of_the_user, groups_of_the_user, become_the_user;
step others_are_not_found, answers_may_be_written_to;

/* --- system.c: what the system knows -----------------------------------------------------------*/

enum { ENTRIES = 200 };

struct names {
    int count;
    struct {
        unsigned id;
        char name[64];
    } entries[ENTRIES];
};

void note(struct names *names, unsigned id, const char *name);
const char *question(const char *function, const char *name, size_t size, int error);

/* Each line names who was asked for, so that all about one account can be told by it. */
void user_print(const char *question, const struct passwd *user);
void group_print(const char *question, const struct group *group);
void user_print_of(uid_t uid, const char *name);
void group_print_of(gid_t gid, const char *name);
void user_print_list(struct names *names);
void group_print_list(struct names *names);

void print_system(char *ids[]);
void print_environment(char *vector[]);

#endif
