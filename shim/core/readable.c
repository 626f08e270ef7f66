#include "core/readable.h"

#include <stddef.h>
#include <stdint.h>

#include "core/kernel.h"

enum { PAGE_BITS = 12 }; /* no page is smaller */

/* `known` is the number of the page that was last found to be readable. */
static bool is_readable(const void *address, uintptr_t *known) {
    uintptr_t page = (uintptr_t)address >> PAGE_BITS;
    if (page != *known && !kernel_can_read(address))
        return false;
    *known = page;
    return true;
}

bool bytes_readable(const void *bytes, size_t size) {
    uintptr_t known = UINTPTR_MAX;
    return address_plausible(bytes) && is_readable(bytes, &known) &&
           is_readable((const char *)bytes + size - 1, &known);
}

static bool read_string(const char *string, uintptr_t *known) {
    for (;; string++) {
        if (!is_readable(string, known))
            return false;
        if (*string == '\0')
            return true;
    }
}

bool string_readable(const char *string) {
    uintptr_t known = UINTPTR_MAX;
    return read_string(string, &known);
}

bool strings_readable(char *const strings[]) {
    uintptr_t vector = UINTPTR_MAX;
    uintptr_t bytes = UINTPTR_MAX;
    for (;; strings++) {
        if (!is_readable(strings, &vector) ||
            !is_readable((const char *)(strings + 1) - 1, &vector))
            return false;
        if (*strings == NULL)
            return true;
        if (!read_string(*strings, &bytes))
            return false;
    }
}
