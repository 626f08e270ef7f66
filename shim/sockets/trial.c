#include <errno.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/text.h"
#include "sockets/address.h"
#include "sockets/alive.h"
#include "sockets/verdict.h"

/* A neighbour may put his things under our name or take ours away. A disturbed trial is no verdict.
 */
enum { TRIAL_ATTEMPTS = 3 };

struct trial {
    int folder; /* O_PATH: the folder cannot be exchanged under the trial */
    char name[sizeof ".qlshim-trial-4294967295-0123456789abcdef"];
    char path[SOCKET_PATH_SIZE];
    struct sockaddr_un address;
    socklen_t length;
};

/*
 * A number for the name that no other container has: two that try one folder at the same time must
 * not find each other's file. It is the private folder's, so that a volume which cannot unlink
 * keeps one file a container, not one a trial; `attempt` makes another, where somebody's file is
 * under the first.
 */
static uint64_t own_number(int attempt) {
    char place[FOLDER_SIZE];
    struct stat status;
    uint64_t number[4] = {0, 0, 0, (uint64_t)attempt};
    if (private_folder(place) == 0 && kernel_lstat(place, &status) == 0) {
        number[0] = status.st_dev;
        number[1] = status.st_ino;
        number[2] =
            (uint64_t)status.st_ctim.tv_sec * 1000000000U + (uint64_t)status.st_ctim.tv_nsec;
    } else {
        kernel_getrandom(number, sizeof number[0]);
    }
    uint64_t mixed = 0;
    for (unsigned i = 0; i < 4; i++) /* the odd number is 2^64 over the golden ratio */
        mixed = (mixed ^ number[i] ^ mixed >> 29) * 0x9e3779b97f4a7c15U;
    return mixed;
}

static bool trial_open(struct trial *trial, const char *folder, int attempt) {
    trial->folder = kernel_open(folder, O_PATH | O_DIRECTORY, 0);
    if (trial->folder < 0)
        return false;
    char pinned[DESCRIPTOR_PATH_SIZE];
    struct text name = text_in(trial->name, sizeof trial->name);
    text_append(&name, ".qlshim-trial-");
    text_append_number(&name, kernel_geteuid());
    text_append(&name, "-");
    text_append_hex(&name, own_number(attempt), 16);
    struct text path = text_in(trial->path, sizeof trial->path);
    /* The folder's own path may leave no room in sun_path; without /proc it must do. */
    descriptor_path(trial->folder, pinned);
    text_append(&path, kernel_access(pinned, F_OK) == 0 ? pinned : folder);
    text_append(&path, "/");
    text_append(&path, trial->name);
    trial->length = address_set(&trial->address, trial->path);
    if (path.cut)
        kernel_close(trial->folder);
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
 * that bind, so what lies there now and cannot be removed was made by it.
 */
static bool folder_writable(const struct trial *trial) {
    if (clear(trial, trial->name) != 0)
        return true;
    int fd = (int)system_call(SYS_openat, trial->folder, (long)trial->name,
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600, 0, 0);
    if (fd < 0)
        return false;
    kernel_close(fd);
    clear(trial, trial->name);
    return true;
}

static int chmod_descriptor(const struct trial *trial, int fd) {
    char path[DESCRIPTOR_PATH_SIZE];
    descriptor_path(fd, path);
    int error = kernel_chmod(path, 0700);
    return error == -ENOENT ? kernel_chmod(trial->path, 0700) : error;
}

/*
 * chmod(2) follows links, and a neighbour may put one there: so through a descriptor of the file.
 * He may put a hard link to any file there, too; that it is no socket of ours is not the volume's
 * fault.
 */
static int try_chmod(const struct trial *trial) {
    struct stat status;
    int fd = kernel_openat(trial->folder, trial->name, O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return fd;
    int error = kernel_fstatat(fd, "", &status, AT_EMPTY_PATH);
    if (error == 0)
        error = S_ISSOCK(status.st_mode) ? chmod_descriptor(trial, fd) : -ENOENT;
    kernel_close(fd);
    return error;
}

/* Errors of this process, not of the volume: a verdict by them would be everybody's. */
static bool is_of_process(int error) {
    return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -ENOBUFS ||
           error == -EINTR;
}

static struct verdict failed(enum trial_step step, int error) {
    if (is_of_process(error))
        return (struct verdict){.kind = VERDICT_UNKNOWN};
    return (struct verdict){.kind = VERDICT_REFUSES, .step = step, .error = -error};
}

static struct verdict try_bound(const struct trial *trial) {
    struct stat status;
    int error = kernel_fstatat(trial->folder, trial->name, &status, AT_SYMLINK_NOFOLLOW);
    if (error != 0 || !S_ISSOCK(status.st_mode))
        return failed(STEP_LSTAT, error);
    error = try_chmod(trial);
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
 * Whether what is under the name and cannot be removed is a socket of this user's: of an earlier
 * trial, then. Anything else is not the volume's word.
 */
static bool is_own(const struct trial *trial) {
    struct stat status;
    return kernel_fstatat(trial->folder, trial->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           status.st_uid == kernel_geteuid() && !S_ISDIR(status.st_mode) &&
           (!S_ISREG(status.st_mode) || status.st_size == 0);
}

static struct verdict try_sockets(const struct trial *trial) {
    const struct verdict unknown = {.kind = VERDICT_UNKNOWN};
    int error = clear(trial, trial->name);
    if (error != 0)
        return is_own(trial) ? failed(STEP_UNLINK, error) : unknown;
    int fd = kernel_socket(SOCK_STREAM);
    if (fd < 0)
        return unknown;
    struct verdict verdict;
    error = kernel_bind(fd, (const struct sockaddr *)&trial->address, trial->length);
    if (error == 0)
        verdict = try_bound(trial);
    else
        verdict =
            !is_of_process(error) && folder_writable(trial) ? failed(STEP_BIND, error) : unknown;
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
    struct text text = text_in(name, sizeof name);
    text_append(&text, trial->name);
    text_append(&text, "-link");
    if (clear(trial, name) != 0 || kernel_symlinkat(target, trial->folder, name) != 0)
        return false;
    bool works = kernel_fstatat(trial->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                 S_ISLNK(status.st_mode) && status.st_size == sizeof target - 1 &&
                 kernel_readlinkat(trial->folder, name, found, sizeof found) == sizeof target - 1 &&
                 memcmp(found, target, sizeof target - 1) == 0;
    return clear(trial, name) == 0 && works;
}

/* What a neighbour causes who removes the trial's file, or puts another there. */
static bool is_disturbed(const struct verdict *verdict) {
    return verdict->kind == VERDICT_REFUSES &&
           (verdict->error == ENOENT || verdict->error == EADDRINUSE);
}

static struct verdict attempt_trial(const struct trial *trial) {
    struct verdict verdict = try_sockets(trial);
    if (verdict.kind == VERDICT_REFUSES && !is_disturbed(&verdict))
        verdict.symlinks = try_symlinks(trial);
    clear(trial, trial->name);
    return verdict;
}

struct verdict trial_of(const char *folder) {
    struct trial trial;
    struct verdict verdict = {.kind = VERDICT_UNKNOWN};
    for (int attempt = 0; attempt < TRIAL_ATTEMPTS; attempt++) {
        if (!trial_open(&trial, folder, attempt))
            return verdict;
        verdict = attempt_trial(&trial);
        kernel_close(trial.folder);
        if (verdict.kind == VERDICT_TAKES ||
            (verdict.kind == VERDICT_REFUSES && !is_disturbed(&verdict)))
            break;
    }
    return verdict;
}

const char *trial_step_name(enum trial_step step) {
    static const char *const names[] = {"bind", "lstat", "chmod", "connect", "unlink"};
    return names[step];
}
