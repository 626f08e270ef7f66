#include "writable/place.h"

#include <string.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/text.h"

enum { LINKS_MOST = 40 }; /* MAXSYMLINKS */

struct place *place_new(void) {
    struct place *place = kernel_pages(sizeof *place);
    if (place != NULL)
        place->folder = -1;
    return place;
}

void place_free(struct place *place) {
    place_release(place);
    kernel_release(place, sizeof *place);
}

void place_release(struct place *place) {
    if (place->folder >= 0)
        kernel_close(place->folder);
    place->folder = -1;
}

static bool is_named(int fd, const char *path) {
    struct stat open;
    struct stat named;
    return kernel_fstatat(fd, "", &open, AT_EMPTY_PATH) == 0 && kernel_lstat(path, &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

int place_physical(int fd, char path[PATH_MAX]) {
    if (fd == AT_FDCWD) {
        long length = system_call3(SYS_getcwd, (long)path, PATH_MAX, 0);
        /* "(unreachable)" where it lies outside of the root (getcwd(2)). */
        return length < 0 ? (int)length : path[0] == '/' ? 0 : -ENOENT;
    }
    int error = descriptor_target(fd, path, PATH_MAX);
    if (error != 0)
        return error;
    size_t length = text_length(path);
    /* What proc(5) appends to the name of a removed one. */
    static const char deleted[] = " (deleted)";
    const size_t size = sizeof deleted - 1;
    if (length > size && text_equal(path + length - size, deleted) && !is_named(fd, path))
        return -ENOENT;
    return path[0] == '/' ? 0 : -ENOTDIR;
}

enum standing place_standing(const char *physical, const char **name) {
    *name = view_name(physical);
    if (*name != physical)
        return STANDS_UPPER;
    return view_names_root(physical) ? STANDS_LOWER : STANDS_OUTSIDE;
}

/* The length without slashes at the end. */
static size_t trimmed(const char *path, size_t length) {
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length;
}

/* Splits place->rest into folder and name; a path that ends in "." or ".." is a folder as a whole.
 */
static const char *split(struct place *place) {
    char *path = place->rest;
    size_t length = trimmed(path, text_length(path));
    path[length] = '\0';
    size_t start = length;
    while (start > 0 && path[start - 1] != '/')
        start--;
    const char *last = path + start;
    place->name[0] = '\0';
    if (length == 0 || text_equal(last, "") || text_equal(last, ".") || text_equal(last, ".."))
        return path;
    if (!text_copy(place->name, sizeof place->name, last))
        return NULL;
    path[start] = '\0';
    return start == 0 ? "." : path;
}

static int open_folder(struct place *place, int directory) {
    const char *name;
    const char *folder = split(place);
    if (folder == NULL)
        return -ENAMETOOLONG;
    int fd = folder[0] == '\0' && directory >= 0
                 ? kernel_duplicate_above(directory, 0)
                 : kernel_openat(directory, folder[0] == '\0' ? "." : folder, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return fd;
    place_release(place);
    place->folder = fd;
    int error = place_physical(fd, place->rest);
    if (error != 0)
        return error;
    place->standing = place_standing(place->rest, &name);
    text_copy(place->path, sizeof place->path, name);
    return 0;
}

/* Reads the entry's link: farm, or a user's that is to be followed next. */
static bool read_entry(struct place *place) {
    place->farm = FARM_NONE;
    place->missing = false;
    if (place->name[0] == '\0')
        return false;
    ssize_t length = kernel_readlinkat(place->folder, place->name, place->target, PATH_MAX - 1);
    place->missing = length == -ENOENT;
    if (length < 0)
        return false;
    place->target[length] = '\0';
    if (place->standing == STANDS_UPPER)
        place->farm = farm_kind(place->target, (size_t)length);
    return place->farm == FARM_NONE;
}

void place_look(struct place *place) {
    read_entry(place);
}

int place_find(struct place *place, int directory, const char *path, bool follow) {
    if (!text_copy(place->rest, sizeof place->rest, path))
        return -ENAMETOOLONG;
    place->folder = -1;
    for (unsigned links = 0; links < LINKS_MOST; links++) {
        int error = open_folder(place, directory);
        if (error != 0) {
            place_release(place);
            return error;
        }
        if (!read_entry(place) || !follow)
            return 0;
        text_copy(place->rest, sizeof place->rest, place->target);
        directory = place->folder;
    }
    place_release(place);
    return -ELOOP;
}

/* The last part goes. */
static void cut_last(struct text *text) {
    while (text->length > 0 && text->buffer[text->length - 1] == '/')
        text->length--;
    while (text->length > 0 && text->buffer[text->length - 1] != '/')
        text->length--;
    while (text->length > 1 && text->buffer[text->length - 1] == '/')
        text->length--;
    text->buffer[text->length] = '\0';
}

/* In pages of their own: a thread's stack may be small. */
struct fold {
    char logical[PATH_MAX];
    char path[PATH_MAX];
};

/* What `text` is called in the view once its links are followed; false where the kernel finds no
 * folder. `path` is scratch. */
static bool resolve(struct text *text, char path[PATH_MAX]) {
    const char *name;
    bool viewed = view_names(text->buffer);
    text_append(text, "/."); /* to go up from a folder takes the right to search it */
    if (viewed && !view_upper_path(path, PATH_MAX, text->buffer))
        return false;
    int fd = kernel_openat(AT_FDCWD, viewed ? path : text->buffer, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return false;
    int error = place_physical(fd, path);
    kernel_close(fd);
    if (error != 0)
        return false;
    place_standing(path, &name);
    text->length = 0;
    text->cut = false;
    text_append(text, name);
    return true;
}

static size_t part_length(const char *path) {
    size_t length = 0;
    while (path[length] != '/' && path[length] != '\0')
        length++;
    return length;
}

static void fold_parts(struct fold *fold, char folded[PATH_MAX], const char *base,
                       const char *path) {
    struct text text = text_in(fold->logical, PATH_MAX);
    const char *end = "";
    if (path[0] != '/')
        text_append(&text, base);
    while (*path != '\0') {
        size_t length = part_length(path);
        bool up = length == 2 && path[0] == '.' && path[1] == '.';
        if (up && !resolve(&text, fold->path))
            break;
        if (up) {
            cut_last(&text);
        } else if (length > 0) {
            text_append(&text, "/");
            text_append_bytes(&text, path, length);
        }
        if (length > 0)
            end = up ? "/." : path[length] == '/' ? "/" : "";
        path += length + (path[length] == '/');
    }
    /* What is not resolved, its ".." included, is the kernel's to refuse. */
    text_append(&text, *path != '\0' ? "/" : end);
    text_append(&text, path);
    if (!view_names(fold->logical) || !view_upper_path(folded, PATH_MAX, fold->logical))
        text_copy(folded, PATH_MAX, text.length > 0 ? fold->logical : "/");
}

bool place_fold(char folded[PATH_MAX], const char *base, const char *path) {
    struct fold *fold = kernel_pages(sizeof *fold);
    if (fold == NULL)
        return false;
    fold_parts(fold, folded, base, path);
    kernel_release(fold, sizeof *fold);
    return true;
}
