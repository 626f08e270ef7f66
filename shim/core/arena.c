#include "core/arena.h"

#include <stdalign.h>

#include "core/kernel.h"

enum { CHUNK = 64 * 1024 };

static char *chunk;
static size_t left;

void *arena_allocate(size_t size) {
    size_t alignment = alignof(max_align_t);
    size = (size + alignment - 1) / alignment * alignment;
    if (size > left) {
        size_t fresh = size > CHUNK ? size : CHUNK;
        char *pages = kernel_pages(fresh);
        if (pages == NULL)
            return NULL;
        chunk = pages;
        left = fresh;
    }
    void *piece = chunk;
    chunk += size;
    left -= size;
    return piece;
}
