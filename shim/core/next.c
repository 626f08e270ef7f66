#include "core/next.h"

#include <dlfcn.h>
#include <errno.h>

#include "core/text.h"

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

void *next_definitions[NEXT_SYMBOLS];

/* One after the other, since a table of pointers would be relocated in every process that starts.
 */
static const char names[] =
#define NEXT_SYMBOL(name) #name "\0"
#include "core/next_symbols.h"
    ;
#undef NEXT_SYMBOL

static void *fill(enum next_symbol symbol, const char *name) {
    void *definition = next_definition(name);
    __atomic_store_n(&next_definitions[symbol], definition, __ATOMIC_RELAXED);
    return definition;
}

static const char *name_after(const char *name) {
    return name + text_length(name) + 1;
}

void *next_fill(enum next_symbol symbol) {
    const char *name = names;
    for (unsigned skipped = 0; skipped < symbol; skipped++)
        name = name_after(name);
    return fill(symbol, name);
}

void next_fill_all(void) {
    const char *name = names;
    for (unsigned symbol = 0; symbol < NEXT_SYMBOLS; symbol++, name = name_after(name))
        if (__atomic_load_n(&next_definitions[symbol], __ATOMIC_RELAXED) == NULL)
            fill(symbol, name);
}
