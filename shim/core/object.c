#include "core/object.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>

struct pair {
    uintptr_t left;
    uintptr_t right;
    bool together;
};

static bool contains(const struct dl_phdr_info *object, uintptr_t address) {
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD &&
            address - object->dlpi_addr - segment->p_vaddr < segment->p_memsz)
            return true;
    }
    return false;
}

static int look_at(struct dl_phdr_info *object, size_t size, void *data) {
    struct pair *pair = data;
    (void)size;
    if (!contains(object, pair->left))
        return 0;
    pair->together = contains(object, pair->right);
    return 1;
}

bool same_object(const void *left, const void *right) {
    struct pair pair = {(uintptr_t)left, (uintptr_t)right, false};
    dl_iterate_phdr(look_at, &pair);
    return pair.together;
}
