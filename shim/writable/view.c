#include "writable/view.h"

#include <stdint.h>
#include <string.h>

#include "core/text.h"

struct views views;

bool view_clean(const char *entry, size_t length, char path[VIEW_LONGEST + 1]) {
    static const char never[][6] = {"/proc", "/sys", "/dev"};
    struct text text = text_in(path, VIEW_LONGEST + 1);
    if (length == 0 || entry[0] != '/')
        return false;
    for (size_t i = 0; i < length;) {
        size_t size = 0;
        while (i + size < length && entry[i + size] != '/')
            size++;
        bool here = size == 0 || (size == 1 && entry[i] == '.');
        if (size == 2 && entry[i] == '.' && entry[i + 1] == '.')
            return false;
        if (!here) {
            text_append(&text, "/");
            text_append_bytes(&text, entry + i, size);
        }
        i += size + 1;
    }
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (view_holds(never[i], path))
            return false;
    return text.length > 0 && !text.cut;
}

bool view_holds(const char *folder, const char *path) {
    while (*folder != '\0' && *folder == *path) {
        folder++;
        path++;
    }
    return *folder == '\0' && (*path == '\0' || *path == '/');
}

/* Over slashes, and parts that are "." */
static const char *skip_nothing(const char *path) {
    while (*path == '/' || (*path == '.' && (path[1] == '/' || path[1] == '\0')))
        path++;
    return path;
}

static bool names_loosely(const char *path, const char *view) {
    while (*view != '\0') {
        path = skip_nothing(path);
        for (view++; *view != '/' && *view != '\0'; view++)
            if (*path++ != *view)
                return false;
        if (*path != '/' && *path != '\0')
            return false;
    }
    return true;
}

/* Byte for byte, until there is something to go over: most paths end at the first few. */
static inline bool names(const char *path, const char *view) {
    const char *byte = path;
    const char *wanted = view;
    while (*wanted != '\0' && *byte == *wanted) {
        byte++;
        wanted++;
    }
    if (*wanted == '\0')
        return *byte == '/' || *byte == '\0';
    return (*byte == '/' || *byte == '.') && names_loosely(path, view);
}

/* Whether the path's parts are the first ones of the view's, and fewer. */
static bool leads_to(const char *path, const char *view) {
    for (path = skip_nothing(path); *path != '\0'; path = skip_nothing(path)) {
        if (*view++ != '/')
            return false;
        for (; *path != '/' && *path != '\0'; path++)
            if (*path != *view++)
                return false;
    }
    return *view == '/';
}

bool view_is_below(const char *path) {
    for (unsigned i = 0; i < views.count; i++)
        if (leads_to(path, views.list[i].path))
            return true;
    return false;
}

bool view_names(const char *path) {
    for (unsigned i = 0; i < views.count; i++)
        if (names(path, views.list[i].path))
            return true;
    return false;
}

bool view_names_root(const char *path) {
    for (unsigned i = 0; i < views.count; i++)
        if (views.list[i].root && names(path, views.list[i].path))
            return true;
    return false;
}

/*
 * So many bytes of a path at once, aligned, so that what is read around the string lies on its
 * pages; and flags of them, FLAG bits for each byte.
 */
#if defined __SSE2__
typedef char block __attribute__((vector_size(16), may_alias));
typedef unsigned flags;
enum { FLAG = 1 };

static inline flags bytes_equal(block bytes, char byte) {
    return (unsigned)__builtin_ia32_pmovmskb128((block)(bytes == (block){} + byte));
}
#else
typedef uint64_t block __attribute__((may_alias));
typedef uint64_t flags;
enum { FLAG = 8 };

static inline flags bytes_equal(block bytes, char byte) {
    const uint64_t ones = 0x0101010101010101U;
    bytes ^= ones * (unsigned char)byte;
    return ~(((bytes & 0x7f * ones) + 0x7f * ones) | bytes | 0x7f * ones);
}
#endif
enum { BLOCK = sizeof(block) };

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline unsigned first_byte(flags found) {
#if defined __SSE2__
    return (unsigned)__builtin_ctz(found);
#else
    /* The bytes below the first flag, of which each has one bit counted. RISC-V has no instruction
     * for it, and libgcc is not linked. */
    const uint64_t ones = 0x0101010101010101U;
    return (unsigned)(((((found - 1) & ~found) & ones) * ones) >> 56) - 1;
#endif
}
static inline flags bytes_before(unsigned count) {
    return ((flags)1 << FLAG * count) - 1;
}
/* Those behind one, of this block or the last. */
static inline flags bytes_behind(flags found, flags before) {
    return found << FLAG | before >> FLAG * (BLOCK - 1);
}
#else
static inline unsigned first_byte(flags found) {
    return (unsigned)__builtin_clzll(found) / FLAG;
}
static inline flags bytes_before(unsigned count) {
    return ~(~(flags)0 >> FLAG * count);
}
static inline flags bytes_behind(flags found, flags before) {
    return found >> FLAG | before << FLAG * (BLOCK - 1);
}
#endif

/*
 * It is dotted where a slash has a dot or another slash behind it: of most paths none has, and they
 * are as view_clean has them.
 */
static inline __attribute__((no_sanitize("address"))) struct path_look look_at(const char *path) {
    unsigned skipped = (uintptr_t)path % BLOCK;
    flags after = ~bytes_before(skipped);
    flags slashes = 0;
    flags pairs = 0;
    for (const char *at = path - skipped;; at += BLOCK) {
        block bytes = *(const block *)(const void *)at;
        flags end = bytes_equal(bytes, '\0') & after;
        flags before = slashes;
        slashes = bytes_equal(bytes, '/') & after;
        flags found = bytes_behind(slashes, before) & (slashes | bytes_equal(bytes, '.'));
        if (end != 0) {
            unsigned last = first_byte(end);
            pairs |= found & bytes_before(last);
            return (struct path_look){(size_t)(at - path) + last, pairs != 0};
        }
        pairs |= found;
        after = ~(flags)0;
    }
}

/* Without a call of memcmp: of less than a word each byte, and of more the last word overlaps. */
static inline bool is_same(const char *one, const char *other, size_t size) {
    typedef uint64_t word __attribute__((may_alias, aligned(1)));
    size_t i = 0;
    if (size < sizeof(word)) {
        while (i < size && one[i] == other[i])
            i++;
        return i == size;
    }
    for (const size_t last = size - sizeof(word);;) {
        if (*(const word *)(const void *)(one + i) != *(const word *)(const void *)(other + i))
            return false;
        if (i == last)
            return true;
        i = i + sizeof(word) < last ? i + sizeof(word) : last;
    }
}

static inline bool is_below(const struct view *view, const char *path, size_t length) {
    size_t size = view->length;
    return length >= size && (path[size] == '/' || path[size] == '\0') &&
           is_same(path, view->path, size);
}

bool view_names_at_once(const char *path, struct path_look *look) {
    *look = look_at(path);
    if (look->dotted)
        return view_names(path);
    for (unsigned i = 0; i < views.count; i++)
        if (is_below(&views.list[i], path, look->length))
            return true;
    return false;
}

/* So the paths without any hidden part are done with first. */
static inline bool has_dotted_part(const char *path) {
    return path[0] == '.' || look_at(path).dotted;
}

bool path_goes_up(const char *path, bool *interior) {
    bool up = false;
    bool part_before = false;
    *interior = false;
    if (!has_dotted_part(path))
        return false;
    for (;;) {
        path = skip_nothing(path);
        if (*path == '\0')
            return up;
        if (path[0] == '.' && path[1] == '.' && (path[2] == '/' || path[2] == '\0')) {
            up = true;
            *interior = *interior || part_before;
        } else {
            part_before = true;
        }
        while (*path != '/' && *path != '\0')
            path++;
    }
}

/* How many parts of the folder's name lie below the view that holds it; -1 above all views. */
static int depth_in_view(const char *folder) {
    for (unsigned i = 0; i < views.count; i++) {
        const struct view *view = &views.list[i];
        int depth = 0;
        if (!view->root || !view_holds(view->path, folder))
            continue;
        for (const char *byte = folder + text_length(view->path); *byte != '\0'; byte++)
            depth += *byte == '/';
        return depth;
    }
    return -1;
}

bool view_is_left(const char *folder, const char *path) {
    int depth = depth_in_view(folder);
    for (;;) {
        path = skip_nothing(path);
        if (path[0] != '.' || path[1] != '.' || (path[2] != '/' && path[2] != '\0'))
            return depth < 0;
        depth--;
        path += 2;
    }
}

bool path_ends_in_slash(const char *path) {
    size_t length = text_length(path);
    return length > 0 && path[length - 1] == '/';
}

bool view_is_upper(const char *physical) {
    return views.tree_length > 0 && view_holds(views.tree, physical);
}

const char *view_name(const char *physical) {
    if (!view_is_upper(physical))
        return physical;
    return physical[views.tree_length] == '\0' ? "/" : physical + views.tree_length;
}

bool view_upper_path(char *buffer, size_t size, const char *path) {
    struct text text = text_in(buffer, size);
    text_append(&text, views.tree);
    text_append(&text, path);
    return !text.cut;
}

/* --- links ----------------------------------------------------------------------------------- */

enum farm farm_kind(const char *target, size_t length) {
    if (length < 4 || target[0] != '/' || target[1] != '.' || target[2] != '/')
        return FARM_NONE;
    if (target[3] != '/')
        return FARM_FOLDER;
    return target[4] != '/' ? FARM_FILE : FARM_OTHER;
}

const char *farm_path(const char *target) {
    target += 2;
    while (target[1] == '/')
        target++;
    return target;
}

bool farm_target(char *buffer, size_t size, enum farm kind, const char *path) {
    struct text text = text_in(buffer, size);
    text_append(&text, kind == FARM_FOLDER ? "/." : kind == FARM_FILE ? "/./" : "/.//");
    text_append(&text, path);
    return !text.cut;
}

/* "/./…", with any number of slashes in front. */
static bool looks_like_farm(const char *target) {
    if (*target != '/')
        return false;
    while (*target == '/')
        target++;
    return target[0] == '.' && target[1] == '/';
}

bool link_store(char *buffer, size_t size, const char *target) {
    struct text text = text_in(buffer, size);
    if (target[0] != '/')
        return false;
    bool viewed = view_names(target);
    if (!viewed && !looks_like_farm(target))
        return false;
    text_append(&text, viewed ? views.tree : "/");
    text_append(&text, target);
    return !text.cut;
}

size_t link_show(char *target, size_t length) {
    size_t skipped = 0;
    if (length >= views.tree_length && memcmp(target, views.tree, views.tree_length) == 0 &&
        (length == views.tree_length || target[views.tree_length] == '/'))
        skipped = views.tree_length;
    else if (length > 3 && target[0] == '/' && target[1] == '/') {
        size_t slashes = 0;
        while (slashes < length && target[slashes] == '/')
            slashes++;
        skipped = slashes + 1 < length && target[slashes] == '.' && target[slashes + 1] == '/';
    }
    if (skipped > 0)
        memmove(target, target + skipped, length - skipped);
    return length - skipped;
}
