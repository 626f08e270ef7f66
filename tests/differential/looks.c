/* stat(2), statx(2), access(2), readlink(2) and their kin. */
#include "differential/differential.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *path_of_call(struct call *call, unsigned path, char *room) {
    const char *text = path_text(path);
    say(" ");
    say_path(text);
    strcpy(room, text);
    return place(call, "path", room, strlen(room) + 1);
}

int directory_of_call(struct call *call) {
    static const int odd_ones[] = {-1, 9999, 0, FIRST_SOCKET, -99, -101};
    unsigned which = draw(call, 12);
    int directory = which < 6   ? AT_FDCWD
                    : which < 9 ? FIRST_DIRECTORY + (int)which - 6
                                : odd_ones[which - 9 + 3 * draw(call, 2)];
    if (call->plain)
        directory = AT_FDCWD;
    say(" at=%d", directory);
    return directory;
}

bool is_socket(int directory, const char *path, int flags) {
    struct stat status;
    return fstatat(directory, path, &status, flags & (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) == 0 &&
           S_ISSOCK(status.st_mode);
}

/* musl's stat goes through a buffer of its own, and writes to the caller's itself. */
static struct stat *status_of_call(struct call *call, struct stat *status) {
#ifdef __GLIBC__
    return place(call, "status", status, sizeof *status);
#else
    (void)call;
    return status;
#endif
}

static void show_status(long result, const struct stat *status) {
    say_result(result);
    if (result == 0 && readable(status, sizeof *status)) {
        struct stat copy;
        memcpy(&copy, status, sizeof copy);
        say_mode(&copy);
    }
}

static void run_stat(struct call *call) {
    char room[LONGEST_PATH + 1];
    struct stat status = {0};
    const char *path = path_of_call(call, call->path, room);
    struct stat *placed = status_of_call(call, &status);
    show_status(stat(path, placed), placed);
}

static void run_lstat(struct call *call) {
    char room[LONGEST_PATH + 1];
    struct stat status = {0};
    const char *path = path_of_call(call, call->path, room);
    struct stat *placed = status_of_call(call, &status);
    show_status(lstat(path, placed), placed);
}

static int any_flags(struct call *call) {
    static const int flags[] = {AT_SYMLINK_NOFOLLOW,
                                AT_SYMLINK_NOFOLLOW,
                                AT_EMPTY_PATH,
                                AT_NO_AUTOMOUNT,
                                AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH,
                                AT_SYMLINK_FOLLOW,
                                0x4};
    int some = odd(call, 2) ? flags[draw(call, 7)] : 0;
    say_flags(some);
    return some;
}

static void run_fstatat(struct call *call) {
    char room[LONGEST_PATH + 1];
    struct stat status = {0};
    int directory = directory_of_call(call);
    const char *path = path_of_call(call, call->path, room);
    int flags = any_flags(call);
    struct stat *placed = status_of_call(call, &status);
    show_status(fstatat(directory, path, placed, flags), placed);
}

static void run_fstat(struct call *call) {
    struct stat status = {0};
    int fd = draw(call, 3) == 0 ? FIRST_DIRECTORY + (int)draw(call, DIRECTORIES) : call->fd;
    if (fd == STDIN_FILENO) /* the driver's */
        fd = -1;
    say(" %d", fd);
    struct stat *placed = status_of_call(call, &status);
    show_status(fstat(fd, placed), placed);
}

static void show_statx(long result, const struct statx *placed, unsigned mask) {
    struct statx status;
    say_result(result);
    if (result != 0 || !readable(placed, sizeof *placed))
        return;
    memcpy(&status, placed, sizeof status);
    struct stat plain = {
        .st_mode = status.stx_mode, .st_uid = status.stx_uid, .st_gid = status.stx_gid};
    if ((mask & STATX_BASIC_STATS) == STATX_BASIC_STATS)
        say_mode(&plain);
    else if ((mask & STATX_TYPE) != 0)
        say(" type=%o", status.stx_mode & S_IFMT);
}

static void run_statx(struct call *call) {
    static const unsigned masks[] = {STATX_TYPE, STATX_MODE, STATX_SIZE, 0, STATX_ALL, 0x80000000};
    char room[LONGEST_PATH + 1];
    struct statx status = {0};
    int directory = directory_of_call(call);
    const char *path = path_of_call(call, call->path, room);
    int flags = any_flags(call);
    unsigned mask = odd(call, 3) ? masks[draw(call, 6)] : STATX_BASIC_STATS;
    say(" mask=%x", mask);
    struct statx *placed = place(call, "status", &status, sizeof status);
    bool raw = draw(call, 2) == 0;
#ifdef __GLIBC__
    if (!raw) {
        show_statx(statx(directory, path, flags, mask, placed), placed, mask);
        return;
    }
#endif
    say(raw ? " by syscall" : "");
    show_statx(syscall(SYS_statx, directory, path, flags, mask, placed), placed, mask);
}

/* Where files have no modes, only whether they are there can be compared. */
static int any_access(struct call *call, int directory, const char *path, int flags) {
    int mode = odd(call, 20) ? 8 + (int)draw(call, 8) : (int)draw(call, 8);
    if (masked(NO_MODES) && !is_socket(directory, path, flags))
        mode = F_OK;
    say(" mode=%d", mode);
    return mode;
}

static void run_access(struct call *call) {
    char room[LONGEST_PATH + 1];
    bool effective = draw(call, 3) == 0;
    say(effective ? " (eaccess)" : "");
    const char *path = path_of_call(call, call->path, room);
    int mode = any_access(call, AT_FDCWD, path, 0);
    say_result(effective ? eaccess(path, mode) : access(path, mode));
}

static void run_faccessat(struct call *call) {
    static const int flags[] = {AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EACCESS | AT_SYMLINK_NOFOLLOW,
                                0x4};
    char room[LONGEST_PATH + 1];
    int directory = directory_of_call(call);
    const char *path = path_of_call(call, call->path, room);
    int some = odd(call, 2) ? flags[draw(call, 4)] : 0;
    say_flags(some);
    int mode = any_access(call, directory, path, some);
    say_result(faccessat(directory, path, mode, some));
}

/*
 * A link marker is a link to readlink, and so is the first name of a socket that has been moved to
 * its second: what is compared is what neither is nor leads to a socket.
 */
static void run_readlink(struct call *call) {
    char room[LONGEST_PATH + 1];
    char target[LONGEST_PATH + 1] = "";
    const char *path = path_of_call(call, call->path, room);
    if (is_socket(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW) || is_socket(AT_FDCWD, path, 0)) {
        say(" left out");
        return;
    }
    ssize_t result = readlink(path, target, sizeof target - 1);
    /* "socket:[1234]" of a descriptor is not to be compared. */
    say_result(target[0] == 's' ? 0 : result);
    if (result > 0 && target[0] != 's')
        say_path(target);
}

const struct kind look_kinds[] = {
    {"stat", run_stat, 7},           {"lstat", run_lstat, 7},       {"fstatat", run_fstatat, 6},
    {"fstat", run_fstat, 2},         {"statx", run_statx, 7},       {"access", run_access, 6},
    {"faccessat", run_faccessat, 5}, {"readlink", run_readlink, 2}, {NULL, NULL, 0},
};
