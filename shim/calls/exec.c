/*
 * The doors of execve(2), exec(3), fexecve(3) and execveat(2): the child stays shimmed.
 *
 * libc calls itself inside, so each function is a door of its own. All may run between vfork and
 * exec, where the child shares the parent's memory: they allocate nothing, take no lock, look
 * nothing up and write to no global; what they build is in their own frame.
 */
#include "calls/exec.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <stddef.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/nameless.h"
#include "core/next.h"
#include "core/readable.h"
#include "core/settings.h"
#include "core/text.h"
#include "cron/paths.h"
#include "cron/program.h"
#include "exec/child.h"
#include "exec/inheritance.h"
#include "exec/target.h"
#include "identity/account.h"

#pragma weak gnu_get_libc_version

typedef int execve_function(const char *path, char *const argv[], char *const envp[]);

void exec_load(void) {
    next_fill(NEXT_execve);
}

/* A job's own standard error is mailed, or lost: that it could not be started, its daemon has to
 * say. */
static void say_job_not_started(const char *path) {
    if (cron_program == CRON_DAEMON && kernel_can_read(path))
        log_line(LOG_LEVEL_ERROR, "a cron job could not be started: ", path, ": ",
                 errno_name(errno));
}

/* Where execve was called before the load, or there is a flag or a folder, by the system call. */
static int run(int directory, const char *path, char *const argv[], char *const envp[], int flags) {
    execve_function *next = (execve_function *)next_definitions[NEXT_execve];
    char opened[DESCRIPTOR_PATH_SIZE];
    if (directory == AT_FDCWD && flags == 0 && next != NULL) {
        next(path, argv, envp);
    } else {
        errno = -kernel_execveat(directory, path, argv, envp, flags);
        if (errno == ENOSYS && flags == AT_EMPTY_PATH && next != NULL) {
            /* before Linux 3.19, or by a filter: as glibc's fexecve.c */
            descriptor_path(directory, opened);
            next(opened, argv, envp);
        }
    }
    say_job_not_started(path);
    return -1;
}

bool exec_readable(const char *path, char *const envp[]) {
    return string_readable(path) && (envp == NULL || envp == environ || strings_readable(envp));
}

bool exec_needs_path(int directory, const char *path, int flags) {
    return inheritance.entry != inheritance.path && target_is_set_id(directory, path, flags);
}

static bool is_nameless(void) {
    const struct account *account = account_known();
    uid_t uid = kernel_geteuid();
    if (account != NULL && account->user.pw_uid == uid)
        return account->user_missing;
    return nameless(uid, inheritance.path);
}

/* no_new_privs cannot be taken back where the exec fails. */
static bool is_executable(int directory, const char *path) {
    return system_call(SYS_faccessat, directory, (long)path, X_OK, 0, 0, 0) == 0;
}

bool exec_without_privileges(int directory, const char *path, char *const argv[], int flags) {
    return inheritance.entry != NULL && target_yields_privileges(path, argv) &&
           target_is_set_id(directory, path, flags) && is_executable(directory, path) &&
           (is_nameless() || cron_has_own_crontabs(path));
}

/*
 * In a function of its own, so that the room is in the frame only where it is needed. What does not
 * fit there is mapped; after a vfork the parent keeps those pages.
 */
static __attribute__((noinline)) int run_completed(int directory, const char *path,
                                                   char *const argv[], char *const envp[],
                                                   int flags, bool set_id, size_t size) {
    bool fits = size <= CHILD_FRAME_MOST;
    void *room = fits ? __builtin_alloca(size) : kernel_pages(size);
    if (room == NULL)
        return run(directory, path, argv, envp, flags);
    int result = run(directory, path, argv, child_environment(envp, set_id, room), flags);
    if (!fits)
        kernel_release(room, size);
    return result;
}

/*
 * busybox's crontab names a file of its spool to an editor, which is not told that it is elsewhere.
 * The arguments are crontab's own, so they can be looked at.
 */
static __attribute__((noinline)) int run_with_moved(int directory, const char *path,
                                                    char *const argv[], char *const envp[],
                                                    int flags, const char *argument) {
    char room[PATH_MAX];
    struct text moved = text_in(room, sizeof room);
    size_t count = 0;
    cron_move_argument(argument, &moved);
    while (argv[count] != NULL)
        count++;
    char **arguments = __builtin_alloca((count + 1) * sizeof *arguments);
    for (size_t i = 0; i <= count; i++)
        arguments[i] = argv[i] == argument ? room : argv[i];
    return exec_child(directory, path, arguments, envp, flags);
}

int exec_child(int directory, const char *path, char *const argv[], char *const envp[], int flags) {
    if (inheritance.entry == NULL || !exec_readable(path, envp))
        return run(directory, path, argv, envp, flags);
    const char *argument =
        __builtin_expect(cron_program == CRON_CRONTAB, 0) ? cron_find_argument(argv) : NULL;
    if (argument != NULL)
        return run_with_moved(directory, path, argv, envp, flags, argument);
    if (exec_without_privileges(directory, path, argv, flags))
        kernel_set_no_new_privs();
    bool set_id = exec_needs_path(directory, path, flags);
    size_t size = child_environment_size(envp, set_id);
    if (size > 0)
        return run_completed(directory, path, argv, envp, flags, set_id, size);
    return run(directory, path, argv, envp, flags);
}

/* What glibc does beside the system calls, musl mostly does not. */
static bool is_glibc(void) {
    return gnu_get_libc_version != NULL;
}

/* --- exec by path ---------------------------------------------------------------------------- */

DOOR int execve(const char *path, char *const argv[], char *const envp[]) {
    return exec_child(AT_FDCWD, path, argv, envp, 0);
}

DOOR int execv(const char *path, char *const argv[]) {
    return exec_child(AT_FDCWD, path, argv, environ, 0);
}

DOOR int execveat(int directory, const char *path, char *const argv[], char *const envp[],
                  int flags) {
    return exec_child(directory, path, argv, envp, flags);
}

DOOR int fexecve(int fd, char *const argv[], char *const envp[]) {
    if (fd < 0 && is_glibc()) {
        errno = EINVAL;
        return -1;
    }
    return exec_child(fd, "", argv, envp, AT_EMPTY_PATH);
}

/* --- exec by a look through PATH ------------------------------------------------------------- */

/* What execvp(3) does with a text file: it is a script of /bin/sh's. */
static int run_script(const char *path, char *const argv[], char *const envp[]) {
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    char **script = __builtin_alloca((count + 3) * sizeof *script);
    script[0] = (char *)(uintptr_t) "/bin/sh";
    script[1] = (char *)(uintptr_t)path;
    size_t filled = 2;
    for (size_t i = 1; i < count; i++)
        script[filled++] = argv[i];
    script[filled] = NULL;
    return exec_child(AT_FDCWD, "/bin/sh", script, envp, 0);
}

/* musl's execvp knows no scripts (src/process/execvp.c). */
static int run_or_script(const char *path, char *const argv[], char *const envp[]) {
    int result = exec_child(AT_FDCWD, path, argv, envp, 0);
    return errno == ENOEXEC && is_glibc() ? run_script(path, argv, envp) : result;
}

static const char *search_path(void) {
    const char *search = settings_variable("PATH");
    if (search != NULL)
        return search;
    /* confstr(3), _CS_PATH; src/process/execvp.c */
    return is_glibc() ? "/bin:/usr/bin" : "/usr/local/bin:/bin:/usr/bin";
}

/* Whether the search goes on behind a folder that gave this error (glibc, posix/execvpe.c). */
static bool is_next_folders_turn(int error) {
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE ||
           error == ENODEV || error == ETIMEDOUT;
}

static int search_and_run(const char *name, char *const argv[], char *const envp[]) {
    char path[PATH_MAX];
    bool denied = false;
    if (*name == '\0') {
        errno = ENOENT;
        return -1;
    }
    for (const char *folder = search_path();; folder++) {
        size_t length = 0;
        while (folder[length] != ':' && folder[length] != '\0')
            length++;
        struct text text = text_in(path, sizeof path);
        text_append_bytes(&text, folder, length);
        if (length > 0)
            text_append(&text, "/");
        text_append(&text, name);
        errno = ENAMETOOLONG;
        if (!text.cut)
            run_or_script(path, argv, envp);
        denied = denied || errno == EACCES;
        folder += length;
        if (!is_next_folders_turn(errno) || *folder == '\0')
            break;
    }
    if (denied && is_next_folders_turn(errno))
        errno = EACCES;
    return -1;
}

DOOR int execvpe(const char *name, char *const argv[], char *const envp[]) {
    for (const char *byte = name; *byte != '\0'; byte++)
        if (*byte == '/')
            return run_or_script(name, argv, envp);
    return search_and_run(name, argv, envp);
}

DOOR int execvp(const char *name, char *const argv[]) {
    return execvpe(name, argv, environ);
}

static int exec_path(const char *path, char *const argv[], char *const envp[]) {
    return exec_child(AT_FDCWD, path, argv, envp, 0);
}

#include "calls/execl.h"
