#include "core/next.h"

#include <errno.h>

#include "core/object.h"
#include "core/text.h"

static long not_there(void) {
    errno = ENOSYS;
    return -1;
}

void *next_definitions[NEXT_SYMBOLS];

/* One after the other, since a table of pointers would be relocated in every process that starts.
 */
static const char names[] =
#define NEXT_SYMBOL(name) #name "\0"
#include "core/next_symbols.h"
    ;
#undef NEXT_SYMBOL

static void find(enum next_symbol first, unsigned count) {
    const char *name = names;
    for (unsigned skipped = 0; skipped < first; skipped++)
        name += text_length(name) + 1;
    const struct wanted_symbols wanted = {name, count, &next_definitions[first]};
    find_symbols_behind(names, &wanted);
}

void *next_fill(enum next_symbol symbol) {
    void **definition = &next_definitions[symbol];
    find(symbol, 1);
    if (__atomic_load_n(definition, __ATOMIC_RELAXED) == NULL)
        __atomic_store_n(definition, (void *)not_there, __ATOMIC_RELAXED);
    return __atomic_load_n(definition, __ATOMIC_RELAXED);
}

void next_fill_all(void) {
    find(0, NEXT_SYMBOLS);
}
