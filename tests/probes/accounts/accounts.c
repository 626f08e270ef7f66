/*
 * Every function of the passwd and group families, and their kin.
 *
 *     accounts own NAME GROUP HOME   they must know the process's own uid by NAME and HOME and its
 *                                    gid by GROUP: each function as the first that is called, then
 *                                    all in turn, from eight threads at once, and in the child of a
 *                                    fork. Says what does not, and how many went wrong.
 *     accounts system [ID…]          prints what they say of everybody whom they know, of these
 * uids and gids, and of nobody accounts environment           prints HOME, USER and LOGNAME as
 * getenv(3) and main have them
 */
#include "probes/accounts/accounts.h"

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
