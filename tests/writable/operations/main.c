/*
 * Random file operations from a seed, in the folder ROOT, and what each says; at the end the tree.
 * Run in a view of a tree and in one's own copy of it, both are to say the same
 * (tests/writable/differential).
 *
 *     operations ROOT SEED COUNT [FIRST-LAST…]      of the operations only those, to find the few
 * that matter
 */
#include "writable/operations/operations.h"

#include <dirent.h>

static const struct operation *const lists[] = {file_operations, entry_operations, look_operations,
                                                attribute_operations, odd_operations};
enum { LISTS = sizeof lists / sizeof lists[0] };

static const struct operation *pick_operation(void) {
    unsigned total = 0;
    for (unsigned i = 0; i < LISTS; i++)
        for (const struct operation *each = lists[i]; each->name != NULL; each++)
            total += each->weight;
    unsigned drawn = pick(total);
    for (unsigned i = 0; i < LISTS; i++)
        for (const struct operation *each = lists[i]; each->name != NULL; each++) {
            if (drawn < each->weight)
                return each;
            drawn -= each->weight;
        }
    abort();
}

static void print_tree(const char *path) {
    struct stat status;
    char link[PATH_MAX];
    if (lstat(path, &status) != 0)
        return;
    printf("%s", shown(path));
    say_status(&status);
    if (S_ISLNK(status.st_mode)) {
        ssize_t length = readlink(path, link, sizeof link - 1);
        link[length > 0 ? length : 0] = '\0';
        say(shown(link));
    } else if (S_ISREG(status.st_mode)) {
        int fd = open(path, O_RDONLY);
        say_content(fd);
        close(fd);
    }
    putchar('\n');
    struct dirent **entries;
    int count = S_ISDIR(status.st_mode) ? scandir(path, &entries, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        char inner[PATH_MAX + 256];
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
            print_tree(inner);
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
}

static bool is_wanted(unsigned number, char *ranges[]) {
    for (char **range = ranges; *range != NULL; range++) {
        unsigned first = 0;
        unsigned last = 0;
        if (sscanf(*range, "%u-%u", &first, &last) == 2 && number >= first && number <= last)
            return true;
    }
    return *ranges == NULL;
}

int main(int argc, char *argv[]) {
    if (argc < 4)
        return 2;
    root = argv[1];
    umask(022);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (chdir(root) != 0)
        return 2;
    quiet = getenv("QUIET") != NULL;
    for (unsigned i = 0; i < (unsigned)atoi(argv[3]); i++) {
        begin_operation((uint64_t)atol(argv[2]), i);
        const struct operation *operation = pick_operation();
        if (!is_wanted(i, argv + 4))
            continue;
        if (!quiet)
            printf("%u %s:", i, operation->name);
        operation->run(operation->argument);
        if (!quiet)
            putchar('\n');
    }
    if (chdir("/") != 0)
        return 2;
    quiet = false;
    print_tree(root);
    return fflush(stdout) != 0;
}
