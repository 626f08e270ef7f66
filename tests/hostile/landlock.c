/*
 * Runs a program under a Landlock rule set (landlock(7)) that handles all that is made, written and
 * removed, and reading.
 *
 *     landlock [PATH=RIGHT,RIGHT…]… -- COMMAND [ARGUMENT…]
 *
 * A right is read, write, make (regular files, folders and links), sock or remove; what no rule
 * gives is denied. Ends with 77 where the kernel has no Landlock.
 */
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    READ = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE,
    MAKE = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SYM,
    SOCK = LANDLOCK_ACCESS_FS_MAKE_SOCK,
    REMOVE = LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR
};

static const struct {
    const char *name;
    unsigned long long right;
} rights[] = {{"read", READ}, {"write", WRITE}, {"make", MAKE}, {"sock", SOCK}, {"remove", REMOVE}};

static unsigned long long parse(const char *words) {
    unsigned long long given = 0;
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++)
        if (strstr(words, rights[i].name) != NULL)
            given |= rights[i].right;
    return given;
}

int main(int argc, char *argv[]) {
    const struct landlock_ruleset_attr handled = {.handled_access_fs =
                                                      READ | WRITE | MAKE | SOCK | REMOVE};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    int i = 1;
    if (rules < 0)
        return 77;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        char *words = strchr(argv[i], '=');
        if (words == NULL)
            return 2;
        *words++ = '\0';
        const struct landlock_path_beneath_attr rule = {
            .allowed_access = parse(words), .parent_fd = open(argv[i], O_PATH | O_CLOEXEC)};
        if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
            perror(argv[i]);
            return 2;
        }
        close(rule.parent_fd);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_landlock_restrict_self, rules, 0) != 0) {
        perror("landlock");
        return 2;
    }
    close(rules);
    execvp(argv[i + 1], argv + i + 1);
    perror(argv[i + 1]);
    return 2;
}
