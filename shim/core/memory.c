/*
 * The four functions that a compiler may call for a struct copy or a comparison even in
 * freestanding code (GCC manual, "Language Standards Supported by GCC"). Hidden copies of our own
 * keep the library free of a symbol that glibc resolves by IFUNC, which is not safe before all
 * objects are relocated, and out of the reach of other preloaded libraries.
 */
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict target, const void *restrict source, size_t size);
void *memmove(void *target, const void *source, size_t size);
void *memset(void *target, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

/* Eight bytes of whatever type, wherever they lie. */
typedef uint64_t word __attribute__((may_alias, aligned(1)));

void *memcpy(void *restrict target, const void *restrict source, size_t size) {
    char *to = target;
    const char *from = source;
    for (; size >= sizeof(word); size -= sizeof(word), to += sizeof(word), from += sizeof(word))
        *(word *)to = *(const word *)from;
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
    for (; size >= sizeof(word); size -= sizeof(word), to += sizeof(word))
        *(word *)to = (unsigned char)value * (UINT64_MAX / UCHAR_MAX); /* the byte, eight times */
    while (size-- > 0)
        *to++ = (char)value;
    return target;
}

int memcmp(const void *left, const void *right, size_t size) {
    const unsigned char *a = left;
    const unsigned char *b = right;
    for (; size >= sizeof(word) && *(const word *)a == *(const word *)b; size -= sizeof(word)) {
        a += sizeof(word);
        b += sizeof(word);
    }
    for (; size > 0; size--, a++, b++)
        if (*a != *b)
            return *a < *b ? -1 : 1;
    return 0;
}
