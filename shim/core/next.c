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

void *next_definition(const char *symbol) {
    void *definition = NULL;
    const struct wanted_symbols wanted = {symbol, 1, &definition};
    find_symbols_behind(names, &wanted);
    return definition != NULL ? definition : (void *)not_there;
}

void *next_fill(enum next_symbol symbol) {
    const char *name = names;
    for (unsigned skipped = 0; skipped < symbol; skipped++)
        name += text_length(name) + 1;
    void *definition = next_definition(name);
    __atomic_store_n(&next_definitions[symbol], definition, __ATOMIC_RELAXED);
    return definition;
}

void next_fill_all(void) {
    const struct wanted_symbols wanted = {names, NEXT_SYMBOLS, next_definitions};
    find_symbols_behind(names, &wanted);
}
