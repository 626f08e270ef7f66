/*
 * Does a process that goes on for long grow, or what lies in the private folder?
 *
 *     growth sockets FOLDER COUNT PRIVATE     binds, connects to, closes and unlinks COUNT sockets
 * in turn, under ever new names growth stats FOLDER COUNT PRIVATE       binds one, and asks COUNT
 * times what it is
 *
 * Prints ten times on the way: how far it is, the process's resident KiB and the entries of the
 * private folder PRIVATE. Exits 1 at the first call that fails or is answered wrongly.
 */
#include "probes/probe.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPORTS = 10 };

static long resident_kib(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
        exit(2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static long entries_in(const char *path) {
    long count = 0;
    DIR *folder = opendir(path);
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static void check(bool right, const char *step) {
    if (right)
        return;
    printf("%s: %s\n", step, errno_name(errno));
    exit(1);
}

static int bind_at(const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(&address, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    check(bind(fd, (struct sockaddr *)&address, length) == 0 && listen(fd, 5) == 0, "bind");
    return fd;
}

static void one_socket(const char *folder, long number) {
    char path[sizeof(struct sockaddr_un)];
    struct sockaddr_un address;
    snprintf(path, sizeof path, "%s/%ld.sock", folder, number);
    int server = bind_at(path);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t length = address_of(&address, path);
    check(connect(client, (struct sockaddr *)&address, length) == 0, "connect");
    close(client);
    close(server);
    check(unlink(path) == 0, "unlink");
}

static void one_stat(const char *folder, long number) {
    static char path[sizeof(struct sockaddr_un)];
    struct stat status;
    if (number == 0) {
        snprintf(path, sizeof path, "%s/stat.sock", folder);
        bind_at(path);
    }
    check(lstat(path, &status) == 0 && S_ISSOCK(status.st_mode), "lstat");
}

int main(int argc, char *argv[]) {
    if (argc != 5)
        return 2;
    void (*one)(const char *, long) = strcmp(argv[1], "sockets") == 0 ? one_socket : one_stat;
    long total = atol(argv[3]);
    for (long number = 0; number < total; number++) {
        one(argv[2], number);
        if ((number + 1) % (total / REPORTS) == 0)
            printf("%ld %ld %ld\n", number + 1, resident_kib(), entries_in(argv[4]));
    }
    return 0;
}
