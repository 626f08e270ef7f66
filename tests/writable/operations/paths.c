#include "writable/operations/operations.h"

#include "core/errno_name.h"

const char *root;
int folders[4] = {-1, -1, -1, -1};
bool quiet;
static uint64_t state;

void begin_operation(uint64_t seed, uint64_t number) {
    state = seed * 1000003 + number * 7919 + 1;
    for (unsigned round = 0; round < 8; round++)
        pick(2);
    errno = 0;
}

unsigned pick(unsigned count) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 11) % count);
}

static const char *const names[] = {"a", "b", "c", "d", "e", "f", "bin", "lib", "x.txt", "run.sh"};

const char *pick_name(unsigned count) {
    return names[pick(count)];
}

const char *shown(const char *path) {
    static char buffers[4][2 * PATH_MAX];
    static unsigned next;
    char *buffer = buffers[next++ % 4];
    const char *found = strstr(path, root);
    if (found == NULL)
        return path;
    snprintf(buffer, sizeof buffers[0], "%.*s<root>%s", (int)(found - path), path,
             found + strlen(root));
    return buffer;
}

void say(const char *text) {
    if (!quiet)
        printf(" %s", text);
}

void say_result(long result) {
    say(result < 0 ? errno_name(errno) : "ok");
    if (result >= 0 && errno != 0)
        say("and errno"); /* which a call that succeeds leaves as it was */
    errno = 0;
}

void append_parts(char *path, bool up) {
    unsigned depth = 1 + pick(3);
    for (unsigned i = 0; i < depth; i++) {
        unsigned odd = pick(24);
        if (i > 0)
            strcat(path, odd == 1 ? "//" : "/");
        if (up && odd == 2)
            strcat(path, "../");
        if (odd == 3)
            strcat(path, "./");
        strcat(path, pick_name(sizeof names / sizeof names[0]));
    }
    if (pick(30) == 0)
        strcat(path, "/");
    else if (up && pick(30) == 0)
        strcat(path, "/..");
}

static void say_target(const struct target *target) {
    char text[32];
    snprintf(text, sizeof text, "@%d", target->folder == AT_FDCWD ? -1 : target->folder - 100);
    if (target->folder != AT_FDCWD)
        say(text);
    say(shown(target->path));
}

void choose(struct target *target, bool at) {
    unsigned form = pick(at ? 4 : 3);
    target->folder = AT_FDCWD;
    target->path[0] = '\0';
    if (form == 0 || form == 1)
        snprintf(target->path, sizeof target->path, "%s/", root);
    if (form == 3)
        target->folder = folders[pick(4)];
    append_parts(target->path, true);
    if (target->folder == -1)
        target->folder = AT_FDCWD;
    say_target(target);
}
