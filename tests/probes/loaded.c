/*
 * Whether libqlshim.so is mapped in this process, and what becomes of a bind.
 *
 *     loaded PATH      binds there; prints "loaded" or "not loaded", and "native", "redirected" or
 * the error's name
 *
 * Where the socket really is, is asked of the kernel without the C library, which the shim is in.
 * "native" means bound and usable there: a bind that succeeds on a volume that then refuses chmod
 * counts as native too.
 */
#include "probes/probe.h"

#include <sys/syscall.h>
#include <unistd.h>

static bool is_loaded(void) {
    char line[512];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "libqlshim.so") != NULL)
            found = true;
    if (maps != NULL)
        fclose(maps);
    return found;
}

/* /proc/net/unix names the address that a socket is really bound at, by its inode. */
static const char *place_of(int fd, const char *path) {
    char line[512];
    char link[64];
    char descriptor[32];
    char address[200];
    unsigned long wanted = 0;
    unsigned long inode = 0;
    const char *place = "nowhere";
    snprintf(descriptor, sizeof descriptor, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(descriptor, link, sizeof link - 1);
    link[length > 0 ? length : 0] = '\0';
    if (sscanf(link, "socket:[%lu]", &wanted) != 1)
        return place;
    FILE *sockets = fopen("/proc/net/unix", "r");
    while (sockets != NULL && fgets(line, sizeof line, sockets) != NULL)
        if (sscanf(line, "%*s %*s %*s %*s %*s %*s %lu %199s", &inode, address) == 2 &&
            inode == wanted)
            place = strcmp(address, path) == 0 ? "native" : "redirected";
    if (sockets != NULL)
        fclose(sockets);
    return place;
}

int main(int argc, char *argv[]) {
    struct sockaddr_un address;
    if (argc != 2)
        return 2;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t length = address_of(&address, argv[1]);
    int result = bind(fd, (struct sockaddr *)&address, length);
    const char *place = result == 0 ? place_of(fd, argv[1]) : outcome(result);
    printf("%s, %s\n", is_loaded() ? "loaded" : "not loaded", place);
    return 0;
}
