#include "core/next.h"

#include <dlfcn.h>
#include <errno.h>

/* Weak: before glibc 2.34, dlsym lives in libdl, which a program need not have loaded. */
#pragma weak dlsym
/* glibc's own dlsym, in every version exported by libc for libdl's use: it names its caller. */
extern void *_dl_sym(void *handle, const char *symbol, void *caller) __attribute__((weak));

static long not_there(void) {
    errno = ENOSYS;
    return -1;
}

void *next_definition(const char *symbol) {
    void *definition = NULL;
    if (dlsym != NULL)
        definition = dlsym(RTLD_NEXT, symbol);
    else if (_dl_sym != NULL)
        definition = _dl_sym(RTLD_NEXT, symbol, (void *)next_definition);
    return definition != NULL ? definition : (void *)not_there;
}
