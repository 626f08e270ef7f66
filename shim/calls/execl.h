/*
 * The doors execl(3), execlp(3) and execle(3) of both libraries. For the file that has execvpe's
 * door and says by exec_path(path, argv, envp) what execve's does.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "core/next.h"

__attribute__((noinline)) static size_t count_arguments(const char *first, va_list *rest) {
    size_t count = 0;
    for (const char *argument = first; argument != NULL; argument = va_arg(*rest, const char *))
        count++;
    return count;
}

/* Fills `argv` in and leaves `rest` behind the NULL that ends the arguments. */
__attribute__((noinline)) static void collect_arguments(char **argv, const char *first,
                                                        va_list *rest) {
    *argv = (char *)(uintptr_t)first;
    while (*argv != NULL)
        *++argv = va_arg(*rest, char *);
}

/* In a macro, since the vector must be in the caller's frame. */
#define ARGUMENTS(argv, first, rest)                                                               \
    va_list rest;                                                                                  \
    va_start(rest, first);                                                                         \
    char **argv = __builtin_alloca((count_arguments(first, &rest) + 1) * sizeof *argv);            \
    va_end(rest);                                                                                  \
    va_start(rest, first);                                                                         \
    collect_arguments(argv, first, &rest)

DOOR int execl(const char *path, const char *argument, ...) {
    ARGUMENTS(argv, argument, rest);
    va_end(rest);
    return exec_path(path, argv, environ);
}

DOOR int execlp(const char *name, const char *argument, ...) {
    ARGUMENTS(argv, argument, rest);
    va_end(rest);
    return execvpe(name, argv, environ);
}

DOOR int execle(const char *path, const char *argument, ...) {
    ARGUMENTS(argv, argument, rest);
    char *const *envp = va_arg(rest, char *const *);
    va_end(rest);
    return exec_path(path, argv, envp);
}
