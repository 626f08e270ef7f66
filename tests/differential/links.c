/* link(2), rename(2), unlink(2), symlink(2) and their kin. */
#include "differential/differential.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool linked; /* a second name of a socket was made */

static bool link_left_out(int directory, const char *path, int flags) {
    int look = (flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW;
    bool led =
        masked(NO_FIRST_NAMES) && look == 0 && !is_socket(directory, path, AT_SYMLINK_NOFOLLOW);
    if (!led && (!masked(NO_HARD_LINKS) || is_socket(directory, path, look)))
        return false;
    say(" left out");
    return true;
}

/* A second name of a socket was made; `socket`: it was one itself, no link. */
static void note_link(int directory, const char *path, bool socket) {
    linked = true;
    if (masked(NO_FIRST_NAMES) && socket && unlinkat(directory, path, 0) != 0)
        say(" whose first name stays:");
}

static void run_link(struct call *call) {
    char from_room[LONGEST_PATH + 1];
    char to_room[LONGEST_PATH + 1];
    const char *from = path_of_call(call, call->path, from_room);
    const char *to = path_of_call(call, call->other, to_room);
    if (link_left_out(AT_FDCWD, from, 0))
        return;
    bool socket = is_socket(AT_FDCWD, from, AT_SYMLINK_NOFOLLOW);
    int result = link(from, to);
    if (result == 0)
        note_link(AT_FDCWD, from, socket);
    say_result(result);
}

static void run_linkat(struct call *call) {
    static const int flags[] = {AT_SYMLINK_FOLLOW, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH,
                                AT_SYMLINK_NOFOLLOW, 0x4};
    char from_room[LONGEST_PATH + 1];
    char to_room[LONGEST_PATH + 1];
    int from_directory = directory_of_call(call);
    const char *from = path_of_call(call, call->path, from_room);
    int to_directory = directory_of_call(call);
    const char *to = path_of_call(call, call->other, to_room);
    int some = odd(call, 2) ? flags[draw(call, 5)] : 0;
    say_flags(some);
    if (link_left_out(from_directory, from, some))
        return;
    bool socket = is_socket(from_directory, from, AT_SYMLINK_NOFOLLOW);
    int result = linkat(from_directory, from, to_directory, to, some);
    if (result == 0)
        note_link(from_directory, from, socket);
    say_result(result);
}

static bool is_folder(int directory, const char *path) {
    struct stat status;
    return fstatat(directory, path, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

static bool rename_left_out(int from_directory, const char *from, int to_directory,
                            const char *to) {
    if ((masked(NO_FULL_FOLDERS) && is_folder(to_directory, to)) ||
        (masked(NO_RENAMED_FOLDERS) && is_folder(from_directory, from)))
        return true;
    return linked && (masked(NO_HARD_LINKS) ||
                      /* the first name of one that was moved is a link to its second */
                      (masked(NO_SECOND_NAMES) && is_socket(from_directory, from, 0) &&
                       is_socket(to_directory, to, 0)));
}

static void run_rename(struct call *call) {
    char from_room[LONGEST_PATH + 1];
    char to_room[LONGEST_PATH + 1];
    const char *from = path_of_call(call, call->path, from_room);
    const char *to = path_of_call(call, call->other, to_room);
    if (rename_left_out(AT_FDCWD, from, AT_FDCWD, to))
        say(" left out");
    else
        say_removal(rename(from, to));
}

/* By the number: musl has had renameat2 since 1.2.6 only. */
static void run_renameat2(struct call *call) {
    static const unsigned flags[] = {RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_EXCHANGE,
                                     RENAME_NOREPLACE | RENAME_EXCHANGE, 0x80};
    char from_room[LONGEST_PATH + 1];
    char to_room[LONGEST_PATH + 1];
    int from_directory = directory_of_call(call);
    const char *from = path_of_call(call, call->path, from_room);
    int to_directory = directory_of_call(call);
    const char *to = path_of_call(call, call->other, to_room);
    unsigned some = draw(call, 4) == 0 ? 0 : flags[draw(call, 5)];
    say_flags((int)some);
    if ((masked(NO_RENAME_FLAGS) && some != 0) ||
        rename_left_out(from_directory, from, to_directory, to)) {
        say(" left out");
        return;
    }
#ifdef __GLIBC__
    say_removal(renameat2(from_directory, from, to_directory, to, some));
#else
    say_removal((int)syscall(SYS_renameat2, from_directory, from, to_directory, to, some));
#endif
}

static void run_unlink(struct call *call) {
    char room[LONGEST_PATH + 1];
    const char *path = path_of_call(call, call->path, room);
    say_result(unlink(path));
}

static void run_unlinkat(struct call *call) {
    char room[LONGEST_PATH + 1];
    int directory = directory_of_call(call);
    const char *path = path_of_call(call, call->path, room);
    int flags = odd(call, 3) ? (draw(call, 3) != 0 ? AT_REMOVEDIR : 0x4) : 0;
    say_flags(flags);
    say_removal(unlinkat(directory, path, flags));
}

static void run_symlink(struct call *call) {
    static const char *const targets[] = {"a", "d", "d", "d/a", "../a", "loop", "l", "missing"};
    static const char *const usual[] = {"l", "l", "loop", "b", "c"};
    char room[LONGEST_PATH + 1];
    unsigned which = draw(call, 9);
    const char *target = which < 8 ? targets[which] : path_text(path_home());
    say(" to %s", target);
    target = strdupa(target);
    const char *path = usual[draw(call, 5)];
    if (draw(call, 4) == 0)
        path = path_of_call(call, call->path, room);
    else
        say(" %s", path);
    if (masked(NO_SYMLINKS))
        say(" left out");
    else
        say_result(symlink(target, path));
}

const struct kind link_kinds[] = {
    {"link", run_link, 4},           {"linkat", run_linkat, 4}, {"rename", run_rename, 5},
    {"renameat2", run_renameat2, 5}, {"unlink", run_unlink, 5}, {"unlinkat", run_unlinkat, 3},
    {"symlink", run_symlink, 4},     {NULL, NULL, 0},
};
