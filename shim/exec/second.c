#include "exec/second.h"

#include <elf.h>
#include <link.h>
#include <linux/limits.h>

#include "core/errno_name.h"
#include "core/kernel.h"
#include "core/log.h"
#include "core/settings.h"
#include "core/text.h"
#include "exec/inheritance.h"

enum { ARGUMENTS_MOST = 2 * 1024 * 1024 }; /* a quarter of the largest usual stack (execve(2)) */

/*
 * The sections' headers are what a linker writes last (elf(5)). Loaders map what a file's head
 * promises: of one whose end is missing every program would end by SIGBUS.
 */
static bool is_whole(int fd) {
    ElfW(Ehdr) header;
    return kernel_read(fd, &header, sizeof header) == sizeof header &&
           system_call3(SYS_lseek, fd, 0, SEEK_END) >=
               (long)(header.e_shoff + header.e_shnum * sizeof(ElfW(Shdr)));
}

/* The same folder, another file: 0 or a negative errno. */
static int find_second(const char *own, char path[PATH_MAX]) {
    struct text text = text_in(path, PATH_MAX);
    if (own == NULL || own[0] != '/')
        return -ENOENT;
    text_append_bytes(&text, own, (size_t)(text_base(own) - own));
    text_append(&text, PRELOAD_SECOND);
    int fd = text.cut ? -ENAMETOOLONG : kernel_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fd;
    int error = is_whole(fd) ? 0 : -ENODATA;
    kernel_close(fd);
    return error;
}

/*
 * Under the name by which it was executed, unless that is a script's: the interpreter has its
 * arguments already.
 */
static const char *program_path(const char *executed, char path[PATH_MAX]) {
    struct stat named;
    struct stat running;
    ssize_t length = kernel_readlinkat(AT_FDCWD, "/proc/self/exe", path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    bool same = executed != NULL && kernel_fstatat(AT_FDCWD, executed, &named, 0) == 0 &&
                kernel_fstatat(AT_FDCWD, "/proc/self/exe", &running, 0) == 0 &&
                named.st_dev == running.st_dev && named.st_ino == running.st_ino;
    return same ? executed : path;
}

/* What the kernel was given (proc(5)): musl hands constructors none, and a loader takes its own
 * away. */
static size_t read_arguments(char *bytes, size_t size) {
    int fd = kernel_open("/proc/self/cmdline", O_RDONLY, 0);
    size_t filled = 0;
    for (ssize_t part; fd >= 0 && (part = kernel_read(fd, bytes + filled, size - filled)) > 0;)
        filled += (size_t)part;
    if (fd >= 0)
        kernel_close(fd);
    return filled;
}

static char **split(char *bytes, size_t size, char **vector) {
    for (size_t i = 0; i < size; i++)
        if (i == 0 || bytes[i - 1] == '\0')
            *vector++ = bytes + i;
    *vector++ = NULL;
    return vector;
}

static int execute(char *const environment[], const char *second, const char *list,
                   const char *executed) {
    char path[PATH_MAX];
    char *bytes = kernel_pages(ARGUMENTS_MOST);
    size_t size = bytes != NULL ? read_arguments(bytes, ARGUMENTS_MOST - 1) : 0;
    size_t entries = 2;
    for (char *const *entry = environment; *entry != NULL; entry++)
        entries++;
    char **argv = size > 0 ? kernel_pages((size + entries + 2) * sizeof *argv) : NULL;
    struct text preload = {.buffer = size > 0 ? bytes + size : NULL,
                           .capacity = ARGUMENTS_MOST - size};
    if (argv == NULL)
        return bytes != NULL && size == 0 ? -ENOENT : -ENOMEM;
    char **vector = split(bytes, size, argv);
    char **envp = vector;
    text_append(&preload, "LD_PRELOAD=");
    text_append(&preload, second);
    text_append(&preload, ":"); /* loaders go over what is empty */
    text_append(&preload, list);
    for (char *const *entry = environment; *entry != NULL; entry++)
        if (settings_value(*entry, "LD_PRELOAD") == NULL)
            *vector++ = *entry;
    *vector++ = preload.buffer;
    *vector = NULL;
    return kernel_execveat(AT_FDCWD, program_path(executed, path), argv, envp, 0);
}

void second_load(char *const environment[], const char *(*find_own_path)(void),
                 const char *executed) {
    char second[PATH_MAX];
    const char *list = "";
    size_t length;
    if (!settings.writable || kernel_geteuid() == 0)
        return;
    for (char *const *entry = environment; *entry != NULL; entry++) {
        const char *value = settings_value(*entry, "LD_PRELOAD");
        list = value != NULL ? value : list; /* of two, both loaders take the last */
    }
    if (preload_find(list, PRELOAD_SECOND, &length) != NULL)
        return;
    int error = find_second(find_own_path(), second);
    if (error == 0)
        error = execute(environment, second, list, executed);
    log_line(LOG_LEVEL_ERROR,
             "QLSHIM_WRITABLE: cannot load " PRELOAD_SECOND ", which belongs beside libqlshim.so: ",
             errno_name(-error), "; nothing is writable");
}
