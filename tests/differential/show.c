/* A line a call, written at once: what a call that ends the program was, is seen too. */
#include "differential/differential.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/errno_name.h"

static char line[16384];
static size_t used;

void say(const char *format, ...) {
    va_list arguments;
    int saved_errno = errno;
    va_start(arguments, format);
    int length = vsnprintf(line + used, sizeof line - used - 1, format, arguments);
    va_end(arguments);
    used += length > 0 ? (size_t)length : 0;
    if (used > sizeof line - 2)
        used = sizeof line - 2;
    errno = saved_errno;
}

void end_line(void) {
    line[used++] = '\n';
    if (write(STDOUT_FILENO, line, used) < 0)
        _exit(1);
    used = 0;
}

static void say_bytes(const char *bytes, size_t length) {
    say("\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        size_t same = 1;
        while (i + same < length && bytes[i + same] == bytes[i])
            same++;
        if (byte < ' ' || byte > '~' || byte == '"')
            say("\\%03o", byte);
        else
            say("%c", byte);
        if (same > 8) {
            say("{%zu}", same);
            i += same - 1;
        }
    }
    say("\"");
}

void say_path(const char *path) {
    size_t length = strlen(path);
    if (length < 400)
        say_bytes(path, length);
    else
        say("%.10s...(%zu)", path, length);
}

void say_result(long result) {
    say(" = %s", result < 0 ? errno_name(errno) : "");
    if (result < 0 && strcmp(errno_name(errno), "unknown error") == 0)
        say(" %d", errno);
    if (result >= 0)
        say("%ld", result);
}

void say_removal(int result) {
    if (result < 0 && errno == EPERM && masked(NO_FULL_FOLDERS))
        errno = ENOTEMPTY;
    say_result(result);
}

void say_flags(int flags) {
    if (flags != 0)
        say(" flags=%#x", (unsigned)flags);
}

void say_mode(const struct stat *status) {
    static const struct {
        mode_t type;
        const char *name;
    } types[] = {{S_IFSOCK, "socket"}, {S_IFREG, "file"},        {S_IFDIR, "folder"},
                 {S_IFLNK, "link"},    {S_IFCHR, "char device"}, {S_IFIFO, "fifo"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if ((status->st_mode & S_IFMT) == types[i].type)
            say(" %s", types[i].name);
    /* A link has no mode. */
    if (S_ISSOCK(status->st_mode) || (!masked(NO_MODES) && !S_ISLNK(status->st_mode)))
        say(" %04o", status->st_mode & 07777);
    if (S_ISSOCK(status->st_mode) || !masked(NO_OWNERS))
        say("%s%s", status->st_uid == geteuid() ? " mine" : "",
            status->st_gid == getegid() ? " my group's" : "");
}

/* An autobound name is a random number. */
void say_name(const struct sockaddr_un *name, socklen_t room, socklen_t length) {
    socklen_t prefix = offsetof(struct sockaddr_un, sun_path);
    socklen_t there = length < room ? length : room;
    say(" length=%u", length);
    if (there < prefix)
        return;
    say(" family=%u ", name->sun_family);
    if (there > prefix && name->sun_path[0] == '\0' && length == prefix + 6)
        say("autobound");
    else
        say_bytes(name->sun_path, there - prefix);
}
