/*
 * What happens when the loader has mapped the library: the settings are read, what children must
 * inherit is noted, and a nameless uid's HOME, USER and LOGNAME are set. Nothing more.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "calls/account.h"
#include "calls/exec.h"
#include "core/by_table.h"
#include "core/errno_now.h"
#include "core/next.h"
#include "core/platform.h"
#include "core/settings.h"
#include "cron/diagnostics.h"
#include "cron/program.h"
#include "cron/terminate.h"
#include "exec/inheritance.h"
#include "exec/second.h"
#include "identity/environment.h"

#pragma weak dladdr /* before glibc 2.34 in libdl, which may not be loaded */
#pragma weak getauxval
BY_TABLE(dladdr);
BY_TABLE(getauxval);

static bool environment_changed;

static const char *find_own_path(void) {
    Dl_info own = {0};
    return dladdr != NULL && dladdr(&environment_changed, &own) != 0 ? own.dli_fname : NULL;
}

/* main's arguments, where __libc_start_main came before the constructors: on musl. */
static char **program_arguments;

/*
 * musl hands constructors no arguments but has set `environ` before it runs them (ldso/dynlink.c);
 * glibc hands them main's, and may run ours before libc's own has set `environ` (elf/dl-init.c), as
 * the library names libc nowhere as something it needs.
 */
CONSTRUCTOR(load) {
    (void)argc;
    bool secure = getauxval != NULL && getauxval(AT_SECURE) != 0;
    settings_load(environ != NULL ? environ : envp, secure);
    if (!settings.active)
        return;
    const char *executed = getauxval != NULL ? (const char *)getauxval(AT_EXECFN) : NULL;
    second_load(environ != NULL ? environ : envp, find_own_path, executed);
    errno_find();
    inheritance_load(environ != NULL ? environ : envp, find_own_path);
    exec_load();
    environment_changed = identity_set_environment(&account_system);
    if (executed != NULL)
        cron_load(executed, program_arguments != NULL ? program_arguments : argv);
    if (cron_program == CRON_DAEMON) {
        cron_keep_standard_error();
        cron_end_on_sigterm();
    }
}

typedef int main_function(int argc, char *argv[], char *envp[]);

int __libc_start_main(main_function *main, int argc, char *argv[], void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

static main_function *program_main;

static int main_with_environment(int argc, char *argv[], char *envp[]) {
    return program_main(argc, argv, environment_changed ? environ : envp);
}

/*
 * glibc calls main with `environ` as it is then; musl with the vector that the kernel made, which
 * has no room for another variable (src/env/__libc_start_main.c), and bash for one reads that. musl
 * runs constructors in here, glibc before, so only musl's programs take the detour.
 */
DOOR int __libc_start_main(main_function *main, int argc, char *argv[], void (*init)(void),
                           void (*fini)(void), void (*rtld_fini)(void), void *stack_end) {
    program_main = main;
    program_arguments = argv;
    return NEXT(__libc_start_main)(settings.active ? main : main_with_environment, argc, argv, init,
                                   fini, rtld_fini, stack_end);
}
