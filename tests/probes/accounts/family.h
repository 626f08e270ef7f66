/*
 * What is asked of passwd's functions as of group's: users.c and groups.c say which functions and
 * fields those are, and include it.
 */
#include "probes/accounts/accounts.h"

#define STRING(words) #words
#define NAME_OF(function) STRING(function)
/* As CHECK, but says which function it was. */
#define CHECK_EXPANDED(condition) check((condition), __func__, STRING(condition), __LINE__)

/* --- the process's own -------------------------------------------------------------------------*/

void NAMED(by_id)(void) {
    CHECK_EXPANDED(IS_OWN(BY_ID(OWN_ID)));
    CHECK(untouched() || IS_SYSTEMS);
}

void NAMED(by_name)(void) {
    CHECK_EXPANDED(IS_OWN(BY_NAME(OWN_NAME)));
    CHECK(untouched() || IS_SYSTEMS);
}

typedef int reentrant(ENTRY *entry, char *buffer, size_t size, ENTRY **result);

static int ask_by_id(ENTRY *entry, char *buffer, size_t size, ENTRY **result) {
    return BY_ID_R(OWN_ID, entry, buffer, size, result);
}

static int ask_by_name(ENTRY *entry, char *buffer, size_t size, ENTRY **result) {
    return BY_NAME_R(OWN_NAME, entry, buffer, size, result);
}

static bool inside(const void *pointer, const char *buffer, size_t size) {
    return (const char *)pointer >= buffer && (const char *)pointer < buffer + size;
}

/* As programs do: a buffer that is too small gives ERANGE, and a larger one is tried. */
static void at_every_size(reentrant *ask) {
    char buffer[LARGEST + 64];
    ENTRY entry;
    ENTRY *result = &entry;
    size_t size = 0;
    int error = ERANGE;
    while (error == ERANGE && size < LARGEST) {
        size++;
        memset(buffer, '#', sizeof buffer);
        result = &entry;
        errno = UNTOUCHED;
        error = ask(&entry, buffer, size, &result);
        CHECK(intact_behind(buffer, size));
        CHECK(error == 0 || result == NULL);
    }
    CHECK(error == 0);
    CHECK(untouched() || IS_SYSTEMS);
    CHECK(result == &entry && IS_OWN(result));
    CHECK(result == NULL ||
          (inside(result->NAME, buffer, size) && inside(result->POINTER, buffer, size)));
}

void NAMED(by_id_reentrant)(void) {
    at_every_size(ask_by_id);
}

void NAMED(by_name_reentrant)(void) {
    at_every_size(ask_by_name);
}

/* A first call with enough room, as most programs make it. */
void NAMED(with_room)(void) {
    char buffer[LARGEST];
    ENTRY entry;
    ENTRY *found = NULL;
    CHECK(ask_by_id(&entry, buffer, sizeof buffer, &found) == 0);
    CHECK(untouched() || IS_SYSTEMS);
    CHECK(IS_OWN(found));
}

/* --- everybody ---------------------------------------------------------------------------------*/

/* The system's entries, then the process's own, once. */
void NAMED(list)(void) {
    for (int round = 0; round < 2; round++) {
        int own = 0;
        int others = 0;
        bool last = false;
        REWIND();
        errno = UNTOUCHED;
        for (ENTRY *entry; (entry = NEXT()) != NULL; others += !last) {
            last = IS_OWN(entry);
            own += last;
            CHECK(!last || untouched() || IS_SYSTEMS);
        }
        CHECK(own == 1);
        CHECK(last || IS_SYSTEMS);
        CHECK(others >= 10);
        CHECK(NEXT() == NULL);
        END();
    }
}

#ifdef __GLIBC__
void NAMED(list_reentrant)(void) {
    char buffer[LARGEST];
    ENTRY entry;
    ENTRY *result = NULL;
    int own = 0;
    REWIND();
    while (NEXT_R(&entry, buffer, sizeof buffer, &result) == 0)
        own += IS_OWN(result);
    CHECK(own == 1);
    CHECK(result == NULL);
    CHECK(NEXT_R(&entry, buffer, sizeof buffer, &result) == ENOENT);
    END();
    /* With too little room the same entry is given again. */
    REWIND();
    own = 0;
    size_t size = 1;
    int error = 0;
    while (error != ENOENT && size < sizeof buffer) {
        error = NEXT_R(&entry, buffer, size, &result);
        size = error == ERANGE ? size + 1 : 1;
        own += error == 0 && IS_OWN(result);
    }
    CHECK(own == 1);
    END();
}
#endif

/* --- what the system knows ---------------------------------------------------------------------*/

void NAMED(print_of)(ID_TYPE id, const char *name) {
    char buffer[LARGEST];
    char number[16];
    ENTRY entry;
    ENTRY *result = NULL;
    snprintf(number, sizeof number, "%u", id);
    NAMED(print)(question(NAME_OF(BY_ID), number, 0, 0), BY_ID(id));
    NAMED(print)(question(NAME_OF(BY_NAME), name, 0, 0), BY_NAME(name));
    for (size_t size = 1; size <= sizeof buffer; size *= 16) {
        int error = BY_ID_R(id, &entry, buffer, size, &result);
        NAMED(print)(question(NAME_OF(BY_ID_R), number, size, error), result);
        error = BY_NAME_R(name, &entry, buffer, size, &result);
        NAMED(print)(question(NAME_OF(BY_NAME_R), name, size, error), result);
    }
}

void NAMED(print_list)(struct names *names) {
    for (ENTRY *entry; (entry = NEXT()) != NULL;) {
        note(names, entry->ID, entry->NAME);
        NAMED(print)(NAME_OF(NEXT), entry);
    }
    END();
}
