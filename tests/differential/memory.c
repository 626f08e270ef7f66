/* Where an argument lies: as programs have it, at the end of what is mapped, over it, or nowhere.
 */
#include "differential/differential.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/* More areas than one call has arguments. */
enum { PAGE = 4096, PAGES = 3, AREAS = 12 };

static char *areas[AREAS];
static unsigned next_area;

static const char *const names[PLACES] = {"",     "edge",  "over the edge", "unmapped",
                                          "NULL", "small", "no address"};

/* Each is three pages that can be used and one that cannot. */
void memory_prepare(void) {
    for (unsigned i = 0; i < AREAS; i++) {
        areas[i] = mmap(NULL, (PAGES + 1) * (size_t)PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect(areas[i] + PAGES * (size_t)PAGE, PAGE, PROT_NONE);
    }
}

static enum place any_place(struct call *call) {
    static const enum place wrong[] = {OVER_EDGE,  OVER_EDGE,    UNMAPPED,
                                       NO_POINTER, SMALL_NUMBER, NO_ADDRESS};
    if (!odd(call, 6))
        return ON_STACK_OR_STATIC;
    return draw(call, 2) == 0 ? AT_EDGE : wrong[draw(call, sizeof wrong / sizeof wrong[0])];
}

static void *placed(struct call *call, enum place where, void *bytes, size_t size) {
    if (where == ON_STACK_OR_STATIC)
        return bytes;
    char *edge = areas[next_area++ % AREAS] + PAGES * (size_t)PAGE;
    size_t inside = size;
    switch (where) {
    case OVER_EDGE:
        inside = size > 0 ? draw(call, (unsigned)size) : 0;
        __attribute__((fallthrough));
    case AT_EDGE:
        memcpy(edge - inside, bytes, inside);
        return edge - inside;
    case UNMAPPED:
        return edge + 16;
    case NO_POINTER:
        return NULL;
    case SMALL_NUMBER:
        return (void *)8;
    case NO_ADDRESS:
        return (void *)0x8000000000000000;
    default:
        return bytes;
    }
}

void *place(struct call *call, const char *name, void *bytes, size_t size) {
    enum place where = any_place(call);
    if (size > PAGES * (size_t)PAGE)
        where = ON_STACK_OR_STATIC;
    if (where != ON_STACK_OR_STATIC)
        say(" %s=%s", name, names[where]);
    return placed(call, where, bytes, size);
}

bool readable(const void *pointer, size_t size) {
    static char copy[PAGES * PAGE];
    struct iovec here = {copy, size};
    struct iovec there = {(void *)(uintptr_t)pointer, size};
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)size;
}
