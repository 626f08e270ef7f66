/* chmod(2), chown(2) and their kin, files and folders that are made, the current folder. */
#include "differential/differential.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static mode_t any_mode(struct call *call) {
    static const mode_t modes[] = {0777, 0755,  0700,  0600,  0500,   0300,
                                   0000, 01777, 02755, 04711, 0170777};
    return modes[draw(call, 11)];
}

/* Prints that a call was left out, where the volume cannot do it to what is no socket. */
static bool leave_out(enum mask mask, int directory, const char *path, int flags) {
    if (!masked(mask) || is_socket(directory, path, flags))
        return false;
    say(" left out");
    return true;
}

/* Where markers are files, who may not read a file cannot tell. */
static mode_t mode_of(mode_t mode, int directory, const char *path, int flags) {
    return masked(NO_UNREADABLE) && !is_socket(directory, path, flags) ? mode | S_IRUSR : mode;
}

static void run_chmod(struct call *call) {
    char room[LONGEST_PATH + 1];
    mode_t mode = any_mode(call);
    const char *path = path_of_call(call, call->path, room);
    mode = mode_of(mode, AT_FDCWD, path, 0);
    say(" %04o", mode);
    if (!leave_out(NO_MODES, AT_FDCWD, path, 0))
        say_result(chmod(path, mode));
}

static void run_fchmodat(struct call *call) {
    static const int flags[] = {AT_SYMLINK_NOFOLLOW, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x4};
    char room[LONGEST_PATH + 1];
    mode_t mode = any_mode(call);
    int directory = directory_of_call(call);
    const char *path = path_of_call(call, call->path, room);
    int some = odd(call, 2) ? flags[draw(call, 4)] : 0;
    say_flags(some);
    mode = mode_of(mode, directory, path, some);
    say(" %04o", mode);
    if (!leave_out(NO_MODES, directory, path, some))
        say_result(fchmodat(directory, path, mode, some));
}

/* Oneself, nobody in particular (-1), or another, which is refused. */
static uid_t any_owner(struct call *call) {
    switch (draw(call, 5)) {
    case 0:
        return (uid_t)-1;
    case 1:
        return draw(call, 2);
    default:
        return geteuid();
    }
}

static void run_chown(struct call *call) {
    char room[LONGEST_PATH + 1];
    uid_t owner = any_owner(call);
    gid_t group = any_owner(call);
    bool itself = draw(call, 2) == 0;
    say(itself ? " (lchown)" : "");
    const char *path = path_of_call(call, call->path, room);
    say(" %d %d", (int)owner, (int)group);
    if (!leave_out(NO_OWNERS, AT_FDCWD, path, itself ? AT_SYMLINK_NOFOLLOW : 0))
        say_result(itself ? lchown(path, owner, group) : chown(path, owner, group));
}

static void run_fchownat(struct call *call) {
    static const int flags[] = {AT_SYMLINK_NOFOLLOW, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x4};
    char room[LONGEST_PATH + 1];
    uid_t owner = any_owner(call);
    gid_t group = any_owner(call);
    int directory = directory_of_call(call);
    const char *path = path_of_call(call, call->path, room);
    int some = odd(call, 2) ? flags[draw(call, 4)] : 0;
    say_flags(some);
    say(" %d %d", (int)owner, (int)group);
    if (!leave_out(NO_OWNERS, directory, path, some))
        say_result(fchownat(directory, path, owner, group, some));
}

static void run_utimensat(struct call *call) {
    char room[LONGEST_PATH + 1];
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    const char *path = path_of_call(call, call->path, room);
    int some = odd(call, 2) ? AT_SYMLINK_NOFOLLOW : 0;
    say_flags(some);
    if (!leave_out(NO_TIMES, AT_FDCWD, path, some))
        say_result(utimensat(AT_FDCWD, path, times, some));
}

/* Sometimes as long as a marker, and none. */
static void run_create(struct call *call) {
    char room[LONGEST_PATH + 1];
    char bytes[199];
    size_t size = draw(call, 3) == 0 && !masked(NO_CONTENTS) ? sizeof bytes : 0;
    memset(bytes, 'x', sizeof bytes);
    const char *path = path_of_call(call, call->path, room);
    int fd = size > 0 ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)
                      : mknod(path, S_IFREG | 0666, 0);
    say(" size=%zu", size);
    say_result(fd < 0 ? fd : 0);
    if (fd > 0) {
        if (write(fd, bytes, size) < 0)
            say(" write failed");
        close(fd);
    }
}

static void run_umask(struct call *call) {
    static const mode_t masks[] = {0, 022, 022, 077, 0777};
    mode_t mask = masks[draw(call, 5)];
    if (masked(NO_MODES))
        mask = 022;
    if (masked(NO_UNREADABLE))
        mask &= ~(mode_t)S_IRUSR;
    say(" %03o", mask);
    umask(mask);
}

static void run_mkdir(struct call *call) {
    char room[LONGEST_PATH + 1];
    mode_t mode = any_mode(call);
    if (draw(call, 3) != 0 || masked(NO_MODES))
        mode = 0777;
    const char *path = path_of_call(call, call->path, room);
    say(" %04o", mode);
    say_result(mkdir(path, mode));
}

/* The folders that most paths go through. */
static void run_mkdir_d(struct call *call) {
    static const char *const folders[] = {"d", "d/f", "l"};
    unsigned count = call->plain ? 2 : 3;
    for (unsigned i = 0; i < count; i++)
        say_result(mkdir(folders[i], 0755));
}

static void run_rmdir(struct call *call) {
    char room[LONGEST_PATH + 1];
    const char *path = path_of_call(call, call->path, room);
    say_removal(rmdir(path));
}

static void run_chdir(struct call *call) {
    static const char *const folders[] = {"d", "d/f", "l", "a", "../here"};
    unsigned which = draw(call, 7);
    if (which == 6) {
        int directory = FIRST_DIRECTORY + (int)draw(call, DIRECTORIES);
        say(" (fchdir) %d", directory);
        say_result(fchdir(directory));
        return;
    }
    const char *path = which == 5 ? path_text(call->path) : folders[which];
    /* Back, mostly: from a folder that is gone nothing can be reached. "@" is the run's own folder.
     */
    if (draw(call, 2) == 0)
        path = path_text(path_home());
    say(" ");
    say_path(path);
    say_result(chdir(path));
}

static void run_open_folder(struct call *call) {
    static const char *const folders[] = {"d", "d/f", ".", ".", "l"};
    char room[LONGEST_PATH + 1];
    int slot = FIRST_DIRECTORY + (int)draw(call, DIRECTORIES);
    unsigned which = draw(call, 6);
    bool pinned = draw(call, 2) == 0;
    say(" to %d%s", slot, pinned ? " O_PATH" : "");
    const char *path = room;
    if (which == 5)
        path = path_of_call(call, call->path, room);
    else
        say(" %s", strcpy(room, folders[which]));
    int fd = open(path, (pinned ? O_PATH : O_RDONLY) | O_DIRECTORY | O_CLOEXEC);
    say_result(fd < 0 ? fd : 0);
    if (fd >= 0) {
        syscall(SYS_dup3, fd, slot, O_CLOEXEC);
        close(fd);
    }
}

const struct kind change_kinds[] = {
    {"chmod", run_chmod, 6},
    {"fchmodat", run_fchmodat, 4},
    {"chown", run_chown, 4},
    {"fchownat", run_fchownat, 3},
    {"utimensat", run_utimensat, 1},
    {"create", run_create, 3},
    {"umask", run_umask, 1},
    {"mkdir", run_mkdir, 3},
    {"mkdir d", run_mkdir_d, 3},
    {"rmdir", run_rmdir, 2},
    {"chdir", run_chdir, 3},
    {"open folder", run_open_folder, 5},
    {NULL, NULL, 0},
};
