#include "core/object.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>

#include "core/by_table.h"
#include "core/divide.h"
#include "core/platform.h"
#include "core/text.h"

BY_TABLE(dl_iterate_phdr);

static bool contains(const struct dl_phdr_info *object, uintptr_t address) {
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD &&
            address - object->dlpi_addr - segment->p_vaddr < segment->p_memsz)
            return true;
    }
    return false;
}

struct pair {
    uintptr_t left;
    uintptr_t right;
    bool together;
};

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

/* --- the program ----------------------------------------------------------------------------- */

struct sought {
    const char *bytes;
    size_t size;
    bool found;
};

/* What lies between the program's objects is read, too, and no mistake. */
__attribute__((no_sanitize("address"))) static bool holds(const char *from, size_t size,
                                                          const struct sought *sought) {
    for (size_t i = 0; i + sought->size <= size; i++) {
        size_t same = 0;
        while (same < sought->size && from[i + same] == sought->bytes[same])
            same++;
        if (same == sought->size)
            return true;
    }
    return false;
}

/* The first object is the program (dl_iterate_phdr(3)), so the search ends there. */
static int look_through(struct dl_phdr_info *object, size_t size, void *data) {
    struct sought *sought = data;
    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum && !sought->found; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & (PF_R | PF_W)) == PF_R)
            sought->found = holds((const char *)(object->dlpi_addr + segment->p_vaddr),
                                  segment->p_filesz, sought);
    }
    return 1;
}

bool program_holds(const char *bytes) {
    struct sought sought = {bytes, text_length(bytes), false};
    dl_iterate_phdr(look_through, &sought);
    return sought.found;
}

/* --- symbols --------------------------------------------------------------------------------- */

/* An object's own account of what it defines (elf(5)). */
struct dynamic {
    const ElfW(Sym) * symbols;
    const char *strings;
    const ElfW(Half) * versions; /* of each symbol; NULL where it has none */
    const PLATFORM_HASH_ENTRY *hash;
    const uint32_t *gnu_hash;
};

/* glibc has made addresses of what the file says, musl has not. NULL where it is neither. */
static const void *address_in(const struct dl_phdr_info *object, uintptr_t value) {
    if (value == 0)
        return NULL;
    if (!contains(object, value))
        value += object->dlpi_addr;
    return contains(object, value) ? (const void *)value : NULL;
}

static struct dynamic read_entries(const struct dl_phdr_info *object, const ElfW(Dyn) * entry) {
    uintptr_t values[DT_SYMTAB + 1] = {0}; /* DT_HASH, DT_STRTAB and DT_SYMTAB: 4 to 6 */
    uintptr_t versions = 0;
    uintptr_t gnu_hash = 0;
    for (; entry->d_tag != DT_NULL; entry++) {
        if ((uint64_t)entry->d_tag <= DT_SYMTAB)
            values[entry->d_tag] = entry->d_un.d_ptr;
        else if (entry->d_tag == DT_VERSYM)
            versions = entry->d_un.d_ptr;
        else if (entry->d_tag == DT_GNU_HASH)
            gnu_hash = entry->d_un.d_ptr;
    }
    return (struct dynamic){.symbols = address_in(object, values[DT_SYMTAB]),
                            .strings = address_in(object, values[DT_STRTAB]),
                            .versions = address_in(object, versions),
                            .hash = address_in(object, values[DT_HASH]),
                            .gnu_hash = address_in(object, gnu_hash)};
}

static struct dynamic read_dynamic(const struct dl_phdr_info *object) {
    for (size_t i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
            return read_entries(object,
                                (const void *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr));
    return (struct dynamic){0};
}

/*
 * Whether the symbol of this number is a definition of `name`. One that a resolver chooses
 * (STT_GNU_IFUNC) is passed over: nobody chooses among implementations of a system call.
 */
static bool defines(const struct dynamic *dynamic, uint32_t number, const char *name) {
    const ElfW(Sym) *symbol = &dynamic->symbols[number];
    unsigned type = ELF64_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0 && type != STT_TLS &&
           type != STT_GNU_IFUNC && text_equal(dynamic->strings + symbol->st_name, name);
}

/* The one of two definitions that programs are linked with today: of old ones the top bit is set.
 */
static uint32_t newer(const struct dynamic *dynamic, uint32_t known, uint32_t number) {
    bool old = dynamic->versions != NULL && (dynamic->versions[number] & 0x8000) != 0;
    return known != 0 && old ? known : number;
}

/* The number of the symbol, by the table of the ELF specification; 0 where there is none. */
static uint32_t find_by_hash(const struct dynamic *dynamic, const char *name) {
    const PLATFORM_HASH_ENTRY *buckets = dynamic->hash + 2;
    uint32_t count = (uint32_t)dynamic->hash[0];
    uint32_t hash = 0;
    uint32_t found = 0;
    for (const char *byte = name; *byte != '\0'; byte++) {
        hash = (hash << 4) + (unsigned char)*byte;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    for (uint32_t number = count > 0 ? (uint32_t)buckets[remainder_of(hash, count)] : 0;
         number != 0; number = (uint32_t)buckets[count + number])
        if (defines(dynamic, number, name))
            found = newer(dynamic, found, number);
    return found;
}

/* The same by GNU's table, which most libraries have alone. Its filter is passed over. */
static uint32_t find_by_gnu_hash(const struct dynamic *dynamic, const char *name) {
    const uint32_t *table = dynamic->gnu_hash;
    uint32_t count = table[0];
    uint32_t first = table[1];
    const uint32_t *buckets = table + 4 + table[2] * (sizeof(ElfW(Addr)) / sizeof *table);
    const uint32_t *chain = buckets + count;
    uint32_t hash = 5381;
    uint32_t found = 0;
    for (const char *byte = name; *byte != '\0'; byte++)
        hash = hash * 33 + (unsigned char)*byte;
    uint32_t number = count > 0 ? buckets[remainder_of(hash, count)] : 0;
    for (bool more = number >= first; more; number++) {
        uint32_t entry = chain[number - first];
        more = (entry & 1) == 0;
        if ((entry | 1) == (hash | 1) && defines(dynamic, number, name))
            found = newer(dynamic, found, number);
    }
    return found;
}

static void *find_in(const struct dl_phdr_info *object, const struct dynamic *dynamic,
                     const char *name) {
    uint32_t number =
        dynamic->gnu_hash != NULL ? find_by_gnu_hash(dynamic, name) : find_by_hash(dynamic, name);
    return number != 0 ? (void *)(object->dlpi_addr + dynamic->symbols[number].st_value) : NULL;
}

struct search {
    uintptr_t own;
    bool behind; /* `own` has been passed */
    const struct wanted_symbols *wanted;
};

/* The result ends the search: nothing is missing any more. */
static int search_object(struct dl_phdr_info *object, size_t size, void *data) {
    struct search *search = data;
    (void)size;
    if (!search->behind) {
        search->behind = contains(object, search->own);
        return 0;
    }
    struct dynamic dynamic = read_dynamic(object);
    if (dynamic.symbols == NULL || dynamic.strings == NULL ||
        (dynamic.hash == NULL && dynamic.gnu_hash == NULL))
        return 0;
    bool complete = true;
    const char *name = search->wanted->names;
    for (unsigned i = 0; i < search->wanted->count; i++, name += text_length(name) + 1) {
        void **found = &search->wanted->found[i];
        if (__atomic_load_n(found, __ATOMIC_RELAXED) != NULL)
            continue;
        void *definition = find_in(object, &dynamic, name);
        complete = complete && definition != NULL;
        if (definition != NULL)
            __atomic_store_n(found, definition, __ATOMIC_RELAXED);
    }
    return complete;
}

void find_symbols_behind(const void *own, const struct wanted_symbols *wanted) {
    struct search search = {(uintptr_t)own, false, wanted};
    dl_iterate_phdr(search_object, &search);
}
