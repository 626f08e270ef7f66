#include "core/log.h"

#include <errno.h>

#include "core/descriptor.h"
#include "core/kernel.h"
#include "core/text.h"

static enum log_level loudest = LOG_LEVEL_OFF;
static const char *log_file;
static int descriptor = 2;

void log_to_descriptor(int fd) {
    descriptor = fd;
}

int log_descriptor(void) {
    return descriptor;
}

void log_open(enum log_level level, const char *file) {
    loudest = level;
    log_file = file;
}

bool log_wants(enum log_level level) {
    return level <= loudest;
}

static const char *prefix_of(enum log_level level) {
    switch (level) {
    case LOG_LEVEL_INFO:
        return "qlshim: info: ";
    case LOG_LEVEL_DEBUG:
        return "qlshim: debug: ";
    default:
        return "qlshim: ";
    }
}

/*
 * O_NOFOLLOW, and no second name: the folder may be one that others write, who could have any file
 * of this user's grow. O_NONBLOCK: a FIFO without a reader.
 */
static int open_log(void) {
    struct stat status;
    if (log_file == NULL)
        return descriptor;
    int fd = kernel_open(log_file,
                         O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0 || kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) != 0 || !S_ISREG(status.st_mode) ||
        status.st_nlink <= 1)
        return fd;
    kernel_close(fd);
    return -EMLINK;
}

void log_pieces(enum log_level level, const char *const pieces[]) {
    char buffer[1024];
    struct text line = text_in(buffer, sizeof buffer - 1);
    text_append(&line, prefix_of(level));
    for (; *pieces != NULL; pieces++)
        text_append(&line, *pieces);
    for (size_t i = 0; i < line.length; i++)
        if ((unsigned char)buffer[i] < ' ' || buffer[i] == 0x7f)
            buffer[i] = '?';
    buffer[line.length++] = '\n';

    int fd = open_log();
    if (fd < 0)
        return;
    write_quietly(fd, buffer, line.length);
    if (log_file != NULL)
        kernel_close(fd);
}
