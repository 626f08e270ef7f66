#include "core/next.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "core/by_table.h"
#include "core/object.h"

/* A weak reference: libc has it, or libdl beside a glibc before 2.34, which may not be there. */
#pragma weak dlsym
BY_TABLE(dlsym);

static long not_there(void) {
    errno = ENOSYS;
    return -1;
}

void *next_definitions[NEXT_SYMBOLS];

/*
 * One after the other, and where each begins: a table of pointers would be relocated in every
 * process that starts.
 */
static const struct names {
#define NEXT_SYMBOL_AS(id, symbol) char of_##id[sizeof #symbol];
#include NEXT_SYMBOLS_LIST
#undef NEXT_SYMBOL_AS
} names = {
#define NEXT_SYMBOL_AS(id, symbol) #symbol,
#include NEXT_SYMBOLS_LIST
#undef NEXT_SYMBOL_AS
};
static const uint16_t offsets[NEXT_SYMBOLS] = {
#define NEXT_SYMBOL_AS(id, symbol) offsetof(struct names, of_##id),
#include NEXT_SYMBOLS_LIST
#undef NEXT_SYMBOL_AS
};

void *next_definition(const char *symbol) {
    void *definition = NULL;
    const struct wanted_symbols wanted = {symbol, 1, &definition};
    find_symbols_behind(&names, &wanted);
    if (definition == NULL && dlsym != NULL)
        definition = dlsym(RTLD_NEXT, symbol);
    return definition != NULL ? definition : (void *)not_there;
}

void *next_fill(enum next_symbol symbol) {
    void *definition = next_definition((const char *)&names + offsets[symbol]);
    __atomic_store_n(&next_definitions[symbol], definition, __ATOMIC_RELAXED);
    return definition;
}

void *next_of(enum next_symbol symbol) {
    void *definition = __atomic_load_n(&next_definitions[symbol], __ATOMIC_RELAXED);
    return definition != NULL ? definition : next_fill(symbol);
}

void next_fill_all(void) {
    const struct wanted_symbols wanted = {(const char *)&names, NEXT_SYMBOLS, next_definitions};
    find_symbols_behind(&names, &wanted);
}
