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

/* Aligned, so that what is read behind the string's end lies on its page. */
typedef uint64_t word __attribute__((may_alias));
enum { WORD = sizeof(word) };

/* Not 0 where a byte is. */
static inline uint64_t zero_bytes(uint64_t value) {
    return (value - 0x0101010101010101U) & ~value & 0x8080808080808080U;
}

/* The first '.' or the end, eight bytes at a time. */
static inline __attribute__((no_sanitize("address"))) const char *find_dot(const char *path) {
    for (; (uintptr_t)path % WORD != 0; path++)
        if (*path == '\0' || *path == '.')
            return path;
    for (;; path += WORD) {
        uint64_t bytes = *(const word *)(const void *)path;
        /* One test of both: valgrind knows then that it is the end, whatever lies behind. */
        if ((zero_bytes(bytes) | zero_bytes(bytes ^ 0x2e2e2e2e2e2e2e2eU)) != 0)
            break;
    }
    while (*path != '\0' && *path != '.')
        path++;
    return path;
}

/* Every door asks, so the paths without any hidden part are done with first. */
static inline bool has_dotted_part(const char *path) {
    const char *dot = find_dot(path);
    while (*dot == '.' && dot > path && dot[-1] != '/')
        dot = find_dot(dot + 1);
    return *dot == '.';
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

void path_clean(char *path) {
    const char *from = path;
    while (*(from = skip_nothing(from)) != '\0') {
        *path++ = '/';
        while (*from != '/' && *from != '\0')
            *path++ = *from++;
    }
    *path = '\0';
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
