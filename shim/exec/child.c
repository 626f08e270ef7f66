#include "exec/child.h"

#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"
#include "exec/inheritance.h"

/* What a look through an environment finds. */
struct finding {
    size_t count;      /* entries */
    size_t preload;    /* the index of LD_PRELOAD; count where there is none */
    const char *list;  /* its value */
    unsigned settings; /* bit n: inheritance.settings[n] is set in it, to whatever value */
    bool refused;      /* LD_PRELOAD=, or something that is no environment */
    const char *entry; /* the library's entry in the list, or NULL */
    size_t entry_length;
};

/* Whether two entries of an environment set the same variable. */
static bool same_variable(const char *left, const char *right) {
    while (*left == *right && *left != '=' && *left != '\0') {
        left++;
        right++;
    }
    return *left == '=' && *right == '=';
}

static struct finding look_through(char *const environment[]) {
    struct finding found = {0};
    size_t preload = 0;
    bool has_preload = false;
    for (; environment != NULL && environment[found.count] != NULL; found.count++) {
        const char *entry = environment[found.count];
        if (!address_plausible(entry)) {
            found.refused = true; /* no string: the kernel's to refuse */
            return found;
        }
        if (entry[0] == 'L' && settings_value(entry, "LD_PRELOAD") != NULL) {
            preload = found.count; /* of two, both loaders take the last */
            has_preload = true;
        }
        for (unsigned i = 0; entry[0] == 'Q' && inheritance.settings[i] != NULL; i++)
            if (same_variable(entry, inheritance.settings[i]))
                found.settings |= 1U << i;
    }
    found.preload = has_preload ? preload : found.count;
    if (has_preload) {
        found.list = settings_value(environment[preload], "LD_PRELOAD");
        found.refused = *found.list == '\0';
        found.entry = preload_find(found.list, PRELOAD_FIRST, &found.entry_length);
    }
    return found;
}

static size_t count_missing(const struct finding *found) {
    size_t missing = 0;
    for (unsigned i = 0; inheritance.settings[i] != NULL; i++)
        missing += (found->settings >> i & 1U) == 0;
    return missing;
}

static bool is_rewritten(const struct finding *found, bool set_id) {
    return found->entry == NULL || (set_id && !preload_is_path(found->entry, found->entry_length));
}

/*
 * After a chroot the library may not be there: glibc would complain, and go without. What the
 * loader makes of an entry with a "$" (ld.so(8), $LIB), or of a bare name, only it knows.
 */
static bool is_loadable(void) {
    if (inheritance.path_guessed)
        return true;
    for (const char *byte = inheritance.path; *byte != '\0'; byte++)
        if (*byte == '$')
            return true;
    return kernel_access(inheritance.path, R_OK) == 0;
}

static bool lacks(const struct finding *found, bool set_id) {
    if (inheritance.entry == NULL || found->refused)
        return false;
    return (count_missing(found) > 0 || is_rewritten(found, set_id)) && is_loadable();
}

/* "LD_PRELOAD=", the entry, and what the program has there, with its own of the library replaced.
 */
static void append_preload(struct text *text, const struct finding *found, bool set_id) {
    const char *entry = set_id ? inheritance.path : inheritance.entry;
    text_append(text, "LD_PRELOAD=");
    if (found->list == NULL) {
        text_append(text, entry);
    } else if (found->entry == NULL) {
        text_append(text, entry);
        text_append(text, ":");
        text_append(text, found->list);
    } else {
        text_append_bytes(text, found->list, (size_t)(found->entry - found->list));
        text_append(text, entry);
        text_append(text, found->entry + found->entry_length);
    }
}

static size_t preload_size(const struct finding *found) {
    return sizeof "LD_PRELOAD=:" + text_length(inheritance.entry) + text_length(inheritance.path) +
           (found->list != NULL ? text_length(found->list) : 0);
}

static size_t vector_entries(const struct finding *found) {
    return found->count + count_missing(found) + 2;
}

size_t child_environment_size(char *const environment[], bool set_id) {
    struct finding found = look_through(environment);
    if (!lacks(&found, set_id))
        return 0;
    return vector_entries(&found) * sizeof(char *) + preload_size(&found);
}

char *const *child_environment(char *const environment[], bool set_id, void *room) {
    struct finding found = look_through(environment);
    char **vector = room;
    struct text preload = text_in((char *)(vector + vector_entries(&found)), preload_size(&found));
    size_t filled = 0;
    for (; filled < found.count; filled++)
        vector[filled] = environment[filled];
    if (is_rewritten(&found, set_id)) {
        append_preload(&preload, &found, set_id);
        vector[found.preload] = preload.buffer;
        filled += found.preload == found.count;
    }
    for (unsigned i = 0; inheritance.settings[i] != NULL; i++)
        if ((found.settings >> i & 1U) == 0)
            vector[filled++] = (char *)(uintptr_t)inheritance.settings[i];
    vector[filled] = NULL;
    return vector;
}
