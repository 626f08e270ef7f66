#include <errno.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/random.h"
#include "core/text.h"
#include "sockets/address.h"
#include "sockets/alive.h"
#include "sockets/verdict.h"

/* A neighbour may put his things under our name or take ours away. A disturbed trial is no verdict.
 */
enum { TRIAL_ATTEMPTS = 3 };

struct trial {
    int folder;
    char name[sizeof ".qlshim-trial-4294967295-0123456789abcdef"];
    char path[SOCKET_PATH_SIZE];
    struct sockaddr_un address;
    socklen_t length;
};

/*
 * A number for the name that no other container has: two that try one folder at the same time must
 * not find each other's file. It is kept, so that a volume which cannot unlink keeps one file a
 * container, and what a killed trial left is removed by the next; in a file that no neighbour can
 * read, so that his hand comes late. `attempt` has another, where somebody's hand was in the first.
 */
static bool choose_number(int attempt, uint64_t *number) {
    char path[FOLDER_SIZE + sizeof "/trial"];
    int fd = -1;
    if (attempt == 0 && private_folder(path) == 0) {
        struct text text = {.buffer = path, .capacity = sizeof path, .length = text_length(path)};
        text_append(&text, "/trial");
        fd = kernel_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    }
    bool known = kernel_read(fd, number, sizeof *number) == sizeof *number;
    if (!known) {
        known = random_number(number);
        write_quietly(fd, number, sizeof *number);
    }
    kernel_close(fd);
    return known;
}

static bool trial_prepare(struct trial *trial, int folder, const char *folder_path, int attempt) {
    uint64_t number;
    if (!choose_number(attempt, &number))
        return false;
    trial->folder = folder;
    char pinned[DESCRIPTOR_PATH_SIZE];
    struct text name = text_in(trial->name, sizeof trial->name);
    text_append(&name, ".qlshim-trial-");
    text_append_number(&name, kernel_geteuid());
    text_append(&name, "-");
    text_append_hex(&name, number, 16);
    /* The folder's own path may leave no room in sun_path; without /proc it must do. */
    descriptor_path(trial->folder, pinned);
    struct text path = text_of_two(trial->path, sizeof trial->path,
                                   kernel_access(pinned, F_OK) == 0 ? pinned : folder_path, "/");
    text_append(&path, trial->name);
    trial->length = address_set(&trial->address, trial->path);
    return !path.cut;
}

/* Removes what lies under a name of the trial's, if it is a thing that a trial leaves. */
static int clear(const struct trial *trial, const char *name) {
    struct stat status;
    int error = kernel_fstatat(trial->folder, name, &status, AT_SYMLINK_NOFOLLOW);
    if (error == -ENOENT)
        return 0;
    if (error == 0 && (S_ISDIR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_size > 0)))
        return -EEXIST;
    error = kernel_unlinkat(trial->folder, name);
    return error == -ENOENT ? 0 : error;
}

/*
 * Whether the folder can be written: then a failed bind is about sockets. The name was free before
 * that bind, so what lies there now and cannot be removed was made by it, if a bind makes such
 * things. `owner` becomes whom the volume shows as the owner of what this user makes, where seen.
 */
static bool folder_writable(const struct trial *trial, uid_t *owner) {
    struct stat status;
    int error = clear(trial, trial->name);
    if (error != 0)
        return error != -EEXIST;
    int fd = create_exclusively(trial->folder, trial->name, 0600);
    if (fd < 0)
        return false;
    if (kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0)
        *owner = status.st_uid;
    kernel_close(fd);
    clear(trial, trial->name);
    return true;
}

/* chmod(2) follows links, and a neighbour may put one there: so through a descriptor of the file.
 */
static int try_chmod(const struct trial *trial, int fd) {
    char path[DESCRIPTOR_PATH_SIZE];
    descriptor_path(fd, path);
    int error = kernel_chmod(path, 0700);
    return error == -ENOENT ? kernel_chmod(trial->path, 0700) : error;
}

static struct verdict failed(enum trial_step step, int error) {
    /* A verdict by it would be everybody's. Who fills a volume for a moment is not the volume. */
    if (errno_of_process(error) || error == -ENOSPC || error == -EDQUOT)
        return (struct verdict){.kind = VERDICT_UNKNOWN};
    return (struct verdict){.kind = VERDICT_REFUSES, .step = step, .error = -error};
}

static struct verdict try_opened(const struct trial *trial, int fd, const struct stat *status) {
    if (!S_ISSOCK(status->st_mode))
        return failed(STEP_LSTAT, 0);
    int error = try_chmod(trial, fd);
    if (error != 0)
        return failed(STEP_CHMOD, error);
    error = socket_alive((const struct sockaddr *)&trial->address, trial->length);
    if (error != 0)
        return failed(STEP_CONNECT, error);
    error = kernel_unlinkat(trial->folder, trial->name);
    if (error != 0)
        return failed(STEP_UNLINK, error);
    return (struct verdict){.kind = VERDICT_TAKES};
}

/*
 * In a shared folder without the sticky bit a neighbour may put a thing of his in the socket's
 * place. Where what was opened, what is there now, and what this user makes there, are not seen to
 * have one owner, a failure tells nothing of the volume. But root's socket is the volume's doing: a
 * server that works as root may give files to the owner of their folder, and sockets not (Samba's
 * "inherit owner").
 */
static bool is_undisturbed(const struct trial *trial, uid_t opened) {
    struct stat now;
    uid_t made = opened;
    return kernel_fstatat(trial->folder, trial->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_uid == opened && folder_writable(trial, &made) && (made == opened || opened == 0);
}

static struct verdict try_bound(const struct trial *trial) {
    struct stat status;
    int fd = kernel_openat(trial->folder, trial->name, O_PATH | O_NOFOLLOW);
    int error = fd < 0 ? fd : kernel_fstatat(fd, "", &status, AT_EMPTY_PATH);
    if (error == 0 && status.st_nlink > 1) /* a server's, that somebody has put here: no verdict */
        error = -ENFILE;
    struct verdict verdict =
        error != 0 ? failed(STEP_LSTAT, error) : try_opened(trial, fd, &status);
    kernel_close(fd); /* EBADF of none */
    if (error == 0 && verdict.kind == VERDICT_REFUSES && !is_undisturbed(trial, status.st_uid))
        verdict.kind = VERDICT_UNKNOWN;
    return verdict;
}

static struct verdict try_sockets(const struct trial *trial) {
    const struct verdict unknown = {.kind = VERDICT_UNKNOWN};
    int error = clear(trial, trial->name);
    if (error != 0) /* an earlier trial's, if this user's */
        return is_undisturbed(trial, kernel_geteuid()) ? failed(STEP_UNLINK, error) : unknown;
    int fd = kernel_socket(SOCK_STREAM);
    if (fd < 0)
        return unknown;
    const struct sockaddr *address = (const struct sockaddr *)&trial->address;
    struct verdict verdict = unknown;
    uid_t owner;
    error = kernel_bind(fd, address, trial->length);
    if (error == 0)
        verdict = try_bound(trial);
    /* A process that may not bind at all (seccomp(2)) has no abstract name either (unix(7)). */
    else if (folder_writable(trial, &owner) &&
             kernel_bind(fd, address, sizeof address->sa_family) == 0)
        verdict = failed(STEP_BIND, error);
    kernel_close(fd);
    return verdict;
}

/*
 * A link is of use if it reads as it was written and lstat tells its true length (marker.c). It has
 * a name of its own: the trial socket's may be taken by one that cannot be removed.
 */
static bool try_symlinks(const struct trial *trial) {
    static const char target[] = "/tmp/.qlshim-0/0123456789abcdef";
    char name[sizeof trial->name + sizeof "-link"];
    char found[sizeof target];
    struct stat status;
    text_of_two(name, sizeof name, trial->name, "-link");
    if (clear(trial, name) != 0 || kernel_symlinkat(target, trial->folder, name) != 0)
        return false;
    bool works = kernel_fstatat(trial->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                 S_ISLNK(status.st_mode) && status.st_size == sizeof target - 1 &&
                 kernel_readlinkat(trial->folder, name, found, sizeof found) == sizeof target - 1 &&
                 memcmp(found, target, sizeof target - 1) == 0;
    return clear(trial, name) == 0 && works;
}

/*
 * What a neighbour causes who removes the trial's file, or puts another there, or closes his own
 * folder for a moment.
 */
static bool is_disturbed(const struct verdict *verdict) {
    return verdict->kind == VERDICT_REFUSES &&
           (verdict->error == ENOENT || verdict->error == EADDRINUSE || verdict->error == EACCES);
}

static struct verdict attempt_trial(const struct trial *trial) {
    struct verdict verdict = try_sockets(trial);
    if (verdict.kind == VERDICT_REFUSES)
        verdict.symlinks = try_symlinks(trial);
    clear(trial, trial->name);
    return verdict;
}

struct verdict trial_in(int folder, const char *path) {
    struct trial trial;
    struct verdict verdict = {.kind = VERDICT_UNKNOWN};
    for (int attempt = 0; attempt < TRIAL_ATTEMPTS; attempt++) {
        if (!trial_prepare(&trial, folder, path, attempt))
            return verdict;
        verdict = attempt_trial(&trial);
        if (verdict.kind == VERDICT_TAKES ||
            (verdict.kind == VERDICT_REFUSES && !is_disturbed(&verdict)))
            break;
    }
    return verdict;
}

struct verdict trial_of(const char *folder) {
    struct verdict verdict = {.kind = VERDICT_UNKNOWN};
    int opened = kernel_open(folder, O_PATH | O_DIRECTORY, 0);
    if (opened < 0)
        return verdict;
    verdict = trial_in(opened, folder);
    kernel_close(opened);
    return verdict;
}

const char *trial_step_name(enum trial_step step) {
    static const char names[][8] = {"bind", "lstat", "chmod", "connect", "unlink"};
    return names[step];
}
