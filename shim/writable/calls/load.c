/* What happens when the loader has mapped libqlshim-writable.so: the views are set up. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "core/errno_now.h"
#include "core/next.h"
#include "core/platform.h"
#include "core/settings.h"
#include "writable/calls/at.h"
#include "writable/calls/folder.h"
#include "writable/calls/library_path.h"
#include "writable/load.h"

#pragma weak getauxval

/* As libqlshim.so's: glibc may run this before libc has set `environ`, musl hands over no
 * arguments. */
CONSTRUCTOR(load) {
    (void)argc;
    (void)argv;
    if (environ == NULL)
        environ = envp;
    bool secure = getauxval != NULL && getauxval(AT_SECURE) != 0;
    settings_load(environ, secure);
    if (!settings.active)
        return;
    errno_find();
    /* Between vfork and exec, and once there are threads, nothing may be looked up. */
    views_load();
    library_path_show(environ);
    if (!views.active)
        return;
    next_fill_all();
    current_look();
}
