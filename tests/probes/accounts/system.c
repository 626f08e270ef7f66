/* What the functions say of everybody whom the system knows, and what environment there is. */
#include "probes/accounts/accounts.h"

const char *question(const char *function, const char *name, size_t size, int error) {
    static char text[200];
    snprintf(text, sizeof text, "%s(%s), %zu bytes: %d", function, name, size, error);
    return text;
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

void note(struct names *names, unsigned id, const char *name) {
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
    user_print_list(&users);
    group_print_list(&groups);
    errno = 0;
    for (int i = 0; i < users.count; i++) {
        user_print_of(users.entries[i].id, users.entries[i].name);
        print_groups_of(users.entries[i].name);
    }
    for (int i = 0; i < groups.count; i++)
        group_print_of(groups.entries[i].id, groups.entries[i].name);
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

void print_system(char *ids[]) {
    errno = 0;
    print_everybody();
    print_groups_of("qlshim-nobody");
    for (; *ids != NULL; ids++) {
        user_print_of((uid_t)atoi(*ids), "qlshim-nobody");
        group_print_of((gid_t)atoi(*ids), "qlshim-nobody");
    }
    print_oneself();
}

void print_environment(char *vector[]) {
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
