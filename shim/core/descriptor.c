#include "core/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "core/kernel.h"
#include "core/text.h"

void descriptor_path(int fd, char path[DESCRIPTOR_PATH_SIZE]) {
    struct text text = text_in(path, DESCRIPTOR_PATH_SIZE);
    text_append(&text, "/proc/self/fd/");
    text_append_number(&text, (uint64_t)fd);
}

int descriptor_target(int fd, char *path, size_t size) {
    char link[DESCRIPTOR_PATH_SIZE];
    descriptor_path(fd, link);
    ssize_t length = kernel_readlinkat(AT_FDCWD, link, path, size);
    if (length < 0 || (size_t)length >= size)
        return length < 0 ? (int)length : -ENAMETOOLONG;
    path[length] = '\0';
    return 0;
}

ssize_t write_quietly(int fd, const void *bytes, size_t size) {
    const uint64_t signals = (uint64_t)1 << (SIGPIPE - 1) | (uint64_t)1 << (SIGXFSZ - 1);
    const struct timespec at_once = {0};
    uint64_t old_mask = 0;
    kernel_signal_mask(SIG_BLOCK, &signals, &old_mask);
    ssize_t written = kernel_write(fd, bytes, size);
    if (written == -EPIPE || written == -EFBIG)
        kernel_signal_wait(&signals, &at_once);
    kernel_signal_mask(SIG_SETMASK, &old_mask, NULL);
    return written;
}

int open_regular(const char *path, int flags, struct stat *status) {
    char pinned[DESCRIPTOR_PATH_SIZE];
    int looked_at = kernel_open(path, O_PATH | flags, 0);
    if (looked_at < 0)
        return looked_at;
    descriptor_path(looked_at, pinned);
    int fd = kernel_fstatat(looked_at, "", status, AT_EMPTY_PATH);
    if (fd == 0)
        fd = S_ISREG(status->st_mode) ? kernel_open(pinned, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)
                                      : -ESTALE;
    kernel_close(looked_at);
    return fd;
}

int create_exclusively(int directory, const char *path, mode_t mode) {
    return (int)system_call(SYS_openat, directory, (long)path,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode, 0, 0);
}
