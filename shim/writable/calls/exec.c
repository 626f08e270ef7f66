/*
 * The doors of execve(2), exec(3) and posix_spawn(3). A program that lies in the lower folder under
 * the name that was given runs by that name, so that nothing of the upper folder is seen. A script
 * of the upper folder is handed to its interpreter by its name in the view, which the kernel would
 * hand its real one.
 *
 * All may run between vfork and exec: what is built is in the caller's frame.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/readable.h"
#include "core/settings.h"
#include "core/text.h"
#include "exec/target.h"
#include "writable/calls/at.h"
#include "writable/calls/library_path.h"
#include "writable/calls/noexec.h"

enum { INTERPRETER_LINE = 256 }; /* BINPRM_BUF_SIZE */

/* What is to be started in the place of a path. */
struct program {
    const char *path;  /* NULL: as the program says */
    char *interpreter; /* of a script, in `line` */
    char *argument;    /* its one argument, or NULL */
    char line[INTERPRETER_LINE + 1];
};

static char *cut_word(char *text) {
    while (*text != '\0' && *text != ' ' && *text != '\t')
        text++;
    if (*text == '\0')
        return NULL;
    *text++ = '\0';
    while (*text == ' ' || *text == '\t')
        text++;
    return *text != '\0' ? text : NULL;
}

static void read_interpreter(const struct at *at, struct program *program) {
    int fd = kernel_openat(at->directory, at->path, O_RDONLY | O_NONBLOCK);
    ssize_t size = fd >= 0 ? kernel_read(fd, program->line, INTERPRETER_LINE) : 0;
    if (fd >= 0)
        kernel_close(fd);
    program->line[size > 0 ? size : 0] = '\0';
    if (program->line[0] != '#' || program->line[1] != '!')
        return;
    char *end = program->line;
    while (*end != '\n' && *end != '\0')
        end++;
    while (end > program->line && (*end == '\n' || *end == ' ' || *end == '\t' || *end == '\0'))
        *end-- = '\0';
    char *start = program->line + 2;
    while (*start == ' ' || *start == '\t')
        start++;
    if (*start == '\0')
        return;
    program->argument = cut_word(start);
    program->interpreter = start;
}

/* Whether the kernel finds, by the name given, the very file that the view has there. */
static bool is_same_below(const struct at *at) {
    struct stat lower;
    struct stat viewed;
    return kernel_fstatat(at->given_directory, at->given_path, &lower, 0) == 0 &&
           kernel_fstatat(at->directory, at->path, &viewed, 0) == 0 &&
           lower.st_dev == viewed.st_dev && lower.st_ino == viewed.st_ino;
}

/* A script's arguments are read, to be put together anew; where they cannot be, the kernel says so.
 */
static void find_program(const struct at *at, char *const argv[], struct program *program) {
    program->path = NULL;
    program->interpreter = NULL;
    program->argument = NULL;
    if (!at->inside || is_same_below(at))
        return;
    program->path = at->path;
    if (kernel_access_effective(at->path, X_OK) == 0 && (argv == NULL || strings_readable(argv)))
        read_interpreter(at, program);
}

static size_t count(char *const argv[]) {
    size_t number = 0;
    while (argv != NULL && argv[number] != NULL)
        number++;
    return number;
}

/* argv with the interpreter, its argument and the script's name in front. */
static char *const *script_arguments(struct program *program, const char *name, char *const argv[],
                                     char **room) {
    size_t filled = 0;
    room[filled++] = program->interpreter;
    if (program->argument != NULL)
        room[filled++] = program->argument;
    room[filled++] = (char *)(uintptr_t)name;
    for (size_t i = 1, number = count(argv); i < number; i++)
        room[filled++] = argv[i];
    room[filled] = NULL;
    return room;
}

#define SCRIPT_ROOM(argv) __builtin_alloca((count(argv) + 4) * sizeof(char *))

/* --- exec ------------------------------------------------------------------------------------ */

static int exec_next(const char *path, char *const argv[], char *const envp[]) {
    return NEXT(execve)(path, argv, LOADER_ENVIRONMENT(envp));
}

static int exec_viewed(const struct at *at, char *const argv[], char *const envp[]) {
    struct program program;
    find_program(at, argv, &program);
    if (program.path == NULL)
        return exec_next(at->given_path, argv, envp);
    if (program.interpreter == NULL)
        return exec_next(program.path, argv, envp);
    char *const *arguments = script_arguments(&program, at->given_path, argv, SCRIPT_ROOM(argv));
    AT(interpreter, AT_FDCWD, program.interpreter);
    return exec_next(interpreter.path, arguments, envp);
}

static __attribute__((noinline)) int exec_inside(const struct at *at, char *const argv[],
                                                 char *const envp[]) {
    int result = exec_viewed(at, argv, envp);
    if (errno == EACCES)
        noexec_explain(at, false);
    return result;
}

static int exec_path(const char *path, char *const argv[], char *const envp[]) {
    if (!views.active || !kernel_can_read(path))
        return NEXT(execve)(path, argv, envp);
    AT(at, AT_FDCWD, path);
    return at.inside ? exec_inside(&at, argv, envp) : exec_next(at.path, argv, envp);
}

DOOR int execve(const char *path, char *const argv[], char *const envp[]) {
    return exec_path(path, argv, envp);
}

DOOR int execv(const char *path, char *const argv[]) {
    return exec_path(path, argv, environ);
}

/* --- by a look through PATH ------------------------------------------------------------------ */

/* The first file of that name in PATH that is executable, where it is in a view. */
static bool find_viewed(const char *name, char path[PATH_MAX]) {
    const char *folder = settings_variable("PATH");
    for (const char *byte = name; *byte != '\0'; byte++)
        if (*byte == '/')
            return false;
    for (; views.active && folder != NULL; folder++) {
        size_t length = 0;
        while (folder[length] != ':' && folder[length] != '\0')
            length++;
        struct text text = text_in(path, PATH_MAX);
        text_append_bytes(&text, folder, length);
        text_append(&text, length > 0 ? "/" : "");
        text_append(&text, name);
        AT(at, AT_FDCWD, path);
        if (!text.cut && kernel_access_effective(at.path, X_OK) == 0)
            return at.inside;
        folder += length;
        if (*folder == '\0')
            return false;
    }
    return false;
}

static bool has_slash(const char *name) {
    for (; *name != '\0'; name++)
        if (*name == '/')
            return true;
    return false;
}

DOOR int execvpe(const char *name, char *const argv[], char *const envp[]) {
    char path[PATH_MAX];
    if (views.active && kernel_can_read(name)) {
        bool named = has_slash(name);
        if (named || find_viewed(name, path)) {
            AT(at, AT_FDCWD, named ? name : path);
            if (at.inside) {
                int result = exec_inside(&at, argv, envp);
                if (errno != ENOEXEC)
                    return result;
                char **script = __builtin_alloca((count(argv) + 3) * sizeof *script);
                struct program shell = {.interpreter = (char *)(uintptr_t) "/bin/sh"};
                return exec_next("/bin/sh", script_arguments(&shell, at.given_path, argv, script),
                                 envp);
            }
        }
    }
    return NEXT(execvpe)(name, argv, LOADER_ENVIRONMENT(envp));
}

DOOR int execvp(const char *name, char *const argv[]) {
    return execvpe(name, argv, environ);
}

#include "calls/execl.h"

/* --- posix_spawn ----------------------------------------------------------------------------- */

static int spawn_viewed(const struct at *at, pid_t *pid, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const argv[],
                        char *const envp[]) {
    struct program program;
    find_program(at, argv, &program);
    if (program.path == NULL)
        return NEXT(posix_spawn)(pid, at->given_path, actions, attributes, argv, envp);
    if (program.interpreter == NULL)
        return NEXT(posix_spawn)(pid, program.path, actions, attributes, argv, envp);
    char *const *arguments = script_arguments(&program, at->given_path, argv, SCRIPT_ROOM(argv));
    AT(interpreter, AT_FDCWD, program.interpreter);
    return NEXT(posix_spawn)(pid, interpreter.path, actions, attributes, arguments, envp);
}

/* The process has made actions that change the child's folder: which ones is not known. */
static bool folders_changed;

/* By a relative path it is the child's folder that counts. One that goes up is found from ours. */
static bool is_found_here(const struct at *at) {
    return at->inside &&
           (at->given_path[0] == '/' ||
            (at->form == AT_FOLDED && !__atomic_load_n(&folders_changed, __ATOMIC_RELAXED)));
}

static int spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) {
    AT(at, AT_FDCWD, path);
    envp = LOADER_ENVIRONMENT(envp);
    int error = is_found_here(&at) ? spawn_viewed(&at, pid, actions, attributes, argv, envp)
                                   : NEXT(posix_spawn)(pid, path, actions, attributes, argv, envp);
    if (error == EACCES)
        noexec_explain(&at, false);
    return error;
}

DOOR int posix_spawn(pid_t *restrict pid, const char *restrict path,
                     const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                     char *const envp[restrict]) {
    return spawn(pid, path, actions, attributes, argv, envp);
}

DOOR int posix_spawnp(pid_t *restrict pid, const char *restrict name,
                      const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                      char *const envp[restrict]) {
    char path[PATH_MAX];
    if (views.active && find_viewed(name, path))
        return spawn(pid, path, actions, attributes, argv, envp);
    if (views.active && has_slash(name))
        return spawn(pid, name, actions, attributes, argv, envp);
    return NEXT(posix_spawnp)(pid, name, actions, attributes, argv, LOADER_ENVIRONMENT(envp));
}

/* What the child opens, libc opens by itself: by the upper path, lifted here where it is to be
 * written. */
DOOR int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
                                          const char *restrict path, int flags, mode_t mode) {
    AT(at, AT_FDCWD, path);
    if (at.inside && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0) &&
        kernel_access_effective(at.path, W_OK) != 0)
        at_lift(&at, LIFT_ENTRY);
    return NEXT(posix_spawn_file_actions_addopen)(actions, fd, at.path, flags, mode);
}

DOOR int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict actions,
                                              const char *restrict path) {
    AT(at, AT_FDCWD, path);
    __atomic_store_n(&folders_changed, true, __ATOMIC_RELAXED);
    return NEXT(posix_spawn_file_actions_addchdir_np)(actions, at.path);
}

DOOR int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd) {
    __atomic_store_n(&folders_changed, true, __ATOMIC_RELAXED);
    return NEXT(posix_spawn_file_actions_addfchdir_np)(actions, fd);
}
