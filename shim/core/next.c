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

void *next_fill(struct next_slot *slot) {
    void *definition = next_definition(slot->symbol);
    __atomic_store_n(&slot->definition, definition, __ATOMIC_RELAXED);
    return definition;
}

/* The linker's names for the ends of a section (ld, "Input Section Example"). */
extern struct next_slot __start_next_slots[] __attribute__((visibility("hidden")));
extern struct next_slot __stop_next_slots[] __attribute__((visibility("hidden")));

void next_fill_all(void) {
    for (struct next_slot *slot = __start_next_slots; slot < __stop_next_slots; slot++)
        if (__atomic_load_n(&slot->definition, __ATOMIC_RELAXED) == NULL)
            next_fill(slot);
}
