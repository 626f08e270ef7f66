/* Operations on what a file holds. */
#include "writable/operations/operations.h"

#include <sys/mman.h>

static void read_file(int flags) {
    struct target target;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_RDONLY | O_NONBLOCK | flags);
    say_result(fd);
    if (fd >= 0) {
        say_content(fd);
        close(fd);
    }
}

static void write_file(int flags) {
    struct target target;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_WRONLY | O_NONBLOCK | flags, 0644);
    say_result(fd);
    if (fd >= 0) {
        say_result(write(fd, "written\n", 8));
        close(fd);
    }
}

static void stream_append(int argument) {
    struct target target;
    (void)argument;
    choose(&target, false);
    struct stat status;
    if (stat(target.path, &status) == 0 && S_ISFIFO(status.st_mode))
        return;
    FILE *stream = fopen(target.path, "a");
    say_result(stream != NULL ? 0 : -1);
    if (stream != NULL) {
        fputs("more\n", stream);
        fclose(stream);
    }
}

static void truncate_it(int size) {
    SIMPLE(target.folder == AT_FDCWD ? truncate(target.path, size) : 0);
}

/* Written through memory that is shared with whoever reads the file. */
static void write_mapped(int flags) {
    struct target target;
    struct stat status;
    choose(&target, true);
    int fd = openat(target.folder, target.path, O_RDWR | O_NONBLOCK | flags);
    say_result(fd);
    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        char *bytes = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        say_result(bytes != MAP_FAILED ? 0 : -1);
        if (bytes != MAP_FAILED) {
            bytes[0] = 'M';
            munmap(bytes, 1);
        }
    }
    close(fd);
    fd = openat(target.folder, target.path, O_RDONLY | O_NONBLOCK);
    say_content(fd);
    close(fd);
}

/* What is open for reading goes on as it was, or is the file that is written: either way what is
 * written is seen by its name. */
static void write_beside_reader(int flags) {
    struct target target;
    choose(&target, true);
    int reader = openat(target.folder, target.path, O_RDONLY | O_NONBLOCK);
    int writer = openat(target.folder, target.path, O_WRONLY | O_NONBLOCK | flags);
    say_result(writer);
    if (writer >= 0) {
        say_result(write(writer, "beside\n", 7));
        close(writer);
    }
    if (reader >= 0)
        close(reader);
    reader = openat(target.folder, target.path, O_RDONLY | O_NONBLOCK);
    say_content(reader);
    close(reader);
}

/* As cp --reflink=auto does. */
static void copy_range(int argument) {
    struct target from;
    struct target to;
    (void)argument;
    choose(&from, true);
    choose(&to, true);
    /* What was opened to be read before is, as in an overlay, the file as it was. */
    int out = openat(to.folder, to.path, O_WRONLY | O_CREAT | O_NONBLOCK, 0644);
    say_result(out);
    int in = openat(from.folder, from.path, O_RDONLY | O_NONBLOCK);
    say_result(in);
    if (in >= 0 && out >= 0)
        say_result(copy_file_range(in, NULL, out, NULL, 100, 0));
    close(in);
    close(out);
}

const struct operation file_operations[] = {
    {"read", read_file, 0, 2},
    {"write", write_file, 0, 1},
    {"append", write_file, O_APPEND, 1},
    {"create", write_file, O_CREAT, 2},
    {"exclusive", write_file, O_CREAT | O_EXCL, 1},
    {"truncate", write_file, O_TRUNC | O_CREAT, 1},
    {"nofollow", read_file, O_NOFOLLOW, 1},
    {"write nofollow", write_file, O_CREAT | O_NOFOLLOW, 1},
    {"fopen", stream_append, 0, 1},
    {"truncate by path", truncate_it, 3, 1},
    {"mmap", write_mapped, 0, 1},
    {"write beside a reader", write_beside_reader, O_APPEND, 1},
    {"copy_file_range", copy_range, 0, 1},
    {NULL, NULL, 0, 0}};
