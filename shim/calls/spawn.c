/*
 * The doors of posix_spawn(3), system(3) and popen(3): the child stays shimmed.
 *
 * Unlike exec's they run in the parent, before libc makes the child.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "calls/exec.h"
#include "core/kernel.h"
#include "core/next.h"
#include "core/settings.h"
#include "core/text.h"
#include "exec/child.h"
#include "exec/inheritance.h"
#include "exec/shell.h"
#include "exec/target.h"

typedef int spawn_function(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                           const posix_spawnattr_t *attributes, char *const argv[],
                           char *const envp[]);

/* What is to be started, as one piece to hand on. */
struct spawn {
    spawn_function *next;
    pid_t *pid;
    const char *path;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *argv;
    char *const *envp;
};

static int spawn(const struct spawn *spawn) {
    return spawn->next(spawn->pid, spawn->path, spawn->actions, spawn->attributes, spawn->argv,
                       spawn->envp);
}

/* As exec's run_completed: a thread that spawns may have a small stack. */
static __attribute__((noinline)) int spawn_completed(struct spawn *request, bool set_id,
                                                     size_t size) {
    bool fits = size <= CHILD_FRAME_MOST;
    void *room = fits ? __builtin_alloca(size) : kernel_pages(size);
    if (room == NULL)
        return spawn(request);
    struct spawn completed = *request;
    completed.envp = child_environment(request->envp, set_id, room);
    int error = spawn(&completed);
    if (!fits)
        kernel_release(room, size);
    return error;
}

static int spawn_inheriting(struct spawn *request, bool set_id) {
    size_t size = child_environment_size(request->envp, set_id);
    return size > 0 ? spawn_completed(request, set_id, size) : spawn(request);
}

/*
 * no_new_privs cannot be set in the child of a posix_spawn. A program that its loader is asked to
 * run has no privileges either.
 */
static int spawn_by_loader(const struct spawn *request, const char *path) {
    struct spawn by_loader = *request;
    char loader[PATH_MAX];
    size_t count = 0;
    if (!target_loader(path, loader))
        return spawn_inheriting(&by_loader, false);
    while (request->argv[count] != NULL)
        count++;
    char **argv = __builtin_alloca((count + 3) * sizeof *argv);
    argv[0] = loader;
    argv[1] = (char *)(uintptr_t)path;
    size_t filled = 2;
    for (size_t i = 1; i < count; i++)
        argv[filled++] = request->argv[i];
    argv[filled] = NULL;
    by_loader.next = NEXT(posix_spawn);
    by_loader.path = loader;
    by_loader.argv = argv;
    return spawn_inheriting(&by_loader, false);
}

/* `path` is the file that is to run, as far as that can be told before. */
static int spawn_child(struct spawn *request, const char *path) {
    if (inheritance.entry == NULL || !exec_readable(path, request->envp))
        return spawn(request);
    if (exec_without_privileges(AT_FDCWD, path, request->argv, 0))
        return spawn_by_loader(request, path);
    return spawn_inheriting(request, exec_needs_path(AT_FDCWD, path, 0));
}

DOOR int posix_spawn(pid_t *restrict pid, const char *restrict path,
                     const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                     char *const envp[restrict]) {
    struct spawn request = {NEXT(posix_spawn), pid, path, actions, attributes, argv, envp};
    return spawn_child(&request, path);
}

/* Only for the few programs for which it matters where they are: 4 KiB of frame, and system calls.
 */
static __attribute__((noinline)) int spawn_found(struct spawn *request, const char *name) {
    char path[PATH_MAX];
    const char *search = settings_variable("PATH");
    bool found = target_find(name, search != NULL ? search : "/bin:/usr/bin", path);
    return spawn_child(request, found ? path : name);
}

DOOR int posix_spawnp(pid_t *restrict pid, const char *restrict name,
                      const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                      char *const envp[restrict]) {
    struct spawn request = {NEXT(posix_spawnp), pid, name, actions, attributes, argv, envp};
    bool bare_entry = inheritance.entry != inheritance.path;
    if (exec_readable(name, envp) && (bare_entry || target_yields_privileges(name, argv)))
        return spawn_found(&request, name);
    return spawn_child(&request, name);
}

/*
 * libc starts the shell with `environ`, which the program may have cleared, and which is the
 * program's own: so what is missing is said to the shell, in front of the command.
 */
DOOR int system(const char *command) {
    struct shell_command completed;
    if (command == NULL || !shell_command_complete(command, environ, &completed))
        return NEXT(system)(command);
    int result = NEXT(system)(completed.text);
    shell_command_release(&completed);
    return result;
}

DOOR FILE *popen(const char *command, const char *type) {
    struct shell_command completed;
    if (command == NULL || !shell_command_complete(command, environ, &completed))
        return NEXT(popen)(command, type);
    FILE *stream = NEXT(popen)(completed.text, type);
    shell_command_release(&completed);
    return stream;
}
