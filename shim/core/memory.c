/*
 * The four functions that a compiler may call for a struct copy or a comparison even in
 * freestanding code (GCC manual, "Language Standards Supported by GCC"). Hidden copies of our own
 * keep the library free of a symbol that glibc resolves by IFUNC, which is not safe before all
 * objects are relocated, and out of the reach of other preloaded libraries.
 */
#include <stddef.h>

void *memcpy(void *restrict target, const void *restrict source, size_t size);
void *memmove(void *target, const void *source, size_t size);
void *memset(void *target, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

void *memcpy(void *restrict target, const void *restrict source, size_t size) {
    char *to = target;
    const char *from = source;
    while (size-- > 0)
        *to++ = *from++;
    return target;
}

void *memmove(void *target, const void *source, size_t size) {
    char *to = target;
    const char *from = source;
    if (to <= from) {
        while (size-- > 0)
            *to++ = *from++;
    } else {
        while (size-- > 0)
            to[size] = from[size];
    }
    return target;
}

void *memset(void *target, int value, size_t size) {
    char *to = target;
    while (size-- > 0)
        *to++ = (char)value;
    return target;
}

int memcmp(const void *left, const void *right, size_t size) {
    const unsigned char *a = left;
    const unsigned char *b = right;
    for (; size > 0; size--, a++, b++)
        if (*a != *b)
            return *a < *b ? -1 : 1;
    return 0;
}
