/* What happens when the loader has mapped the library: the settings are read, and nothing more. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "core/settings.h"

#pragma weak getauxval

/*
 * musl hands constructors no arguments but has set `environ` before it runs them (ldso/dynlink.c);
 * glibc hands them main's, and may run ours before libc's own has set `environ` (elf/dl-init.c), as
 * the library names libc nowhere as something it needs.
 */
__attribute__((constructor)) static void load(int argc, char *argv[], char *envp[]) {
    (void)argc;
    (void)argv;
    bool secure = getauxval != NULL && getauxval(AT_SECURE) != 0;
    settings_load(environ != NULL ? environ : envp, secure);
}
