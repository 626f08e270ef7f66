/*
 * A program as it was built with glibc before 2.33, where stat(2) and mknod(2) were functions of
 * the program's own that call these: a line for each step in the folder that is its argument, to be
 * compared with a disk's.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

/* bits/stat.h and sys/stat.h of that time; musl looks at neither. */
#if defined(__aarch64__) || defined(__riscv)
enum { STAT_VERSION = 0, MKNOD_VERSION = 0 };
#elif defined(__powerpc64__)
enum { STAT_VERSION = 1, MKNOD_VERSION = 1 };
#elif __SIZEOF_LONG__ == 8
enum { STAT_VERSION = 1, MKNOD_VERSION = 0 };
#else
enum { STAT_VERSION = 3, MKNOD_VERSION = 1 };
#endif

int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstatat(int version, int folder, const char *path, struct stat *status, int flags);
#ifdef __GLIBC__
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat64(int version, const char *path, struct stat64 *status);
int __fxstatat64(int version, int folder, const char *path, struct stat64 *status, int flags);
#endif
int __xmknod(int version, const char *path, mode_t mode, dev_t *device);
int __xmknodat(int version, int folder, const char *path, mode_t mode, dev_t *device);

/* musl's headers have another struct stat on 32-bit machines than its functions of these names. */
#if defined(__GLIBC__) || __SIZEOF_LONG__ == 8
#define TELL(step, status, call)                                                                   \
    do {                                                                                           \
        int result_ = (call);                                                                      \
        printf("%s: %s, %o %d\n", step, outcome(result_), (unsigned)(status).st_mode,              \
               (int)(status).st_size);                                                             \
    } while (0)

static void tell_stat(int folder, const char *name) {
    struct stat status = {0};
    TELL("stat", status, __xstat(STAT_VERSION, name, &status));
    TELL("lstat", status, __lxstat(STAT_VERSION, name, &status));
    TELL("fstatat", status, __fxstatat(STAT_VERSION, folder, name, &status, AT_SYMLINK_NOFOLLOW));
    TELL("stat of nothing", status, __xstat(STAT_VERSION, "nothing", &status));
#ifdef __GLIBC__
    struct stat64 wide = {0};
    TELL("stat64", wide, __xstat64(STAT_VERSION, name, &wide));
    TELL("lstat64", wide, __lxstat64(STAT_VERSION, name, &wide));
    TELL("fstatat64", wide, __fxstatat64(STAT_VERSION, folder, name, &wide, 0));
#endif
}
#else
static void tell_stat(int folder, const char *name) {
    (void)folder, (void)name;
}
#endif

static void try_connect(const char *name) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, name);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    report("connect", connect(fd, (struct sockaddr *)&address, length));
    close(fd);
}

int main(int argc, char *argv[]) {
    struct sockaddr_un address;
    dev_t device = 0;
    int folder = open(argc > 1 ? argv[1] : ".", O_RDONLY | O_DIRECTORY);
    if (folder < 0 || fchdir(folder) != 0)
        return 2;
    umask(027);
    report("mknod", __xmknod(MKNOD_VERSION, "made", S_IFSOCK | 0777, &device));
    tell_stat(folder, "made");
    try_connect("made");
    report("mknod again", __xmknod(MKNOD_VERSION, "made", S_IFSOCK | 0777, &device));
    report("mknodat", __xmknodat(MKNOD_VERSION, folder, "made at", S_IFSOCK | 0777, &device));
    tell_stat(folder, "made at");
    report("mknod of a file", __xmknod(MKNOD_VERSION, "file", S_IFREG | 0600, &device));
    tell_stat(folder, "file");
    report("mknod in no folder", __xmknod(MKNOD_VERSION, "no/made", S_IFSOCK | 0777, &device));
    socklen_t length = address_of(&address, "bound");
    report("bind", bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, length));
    tell_stat(folder, "bound");
    return 0;
}
