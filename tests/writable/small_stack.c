/*
 * One call in a thread that has the smallest stack there is.
 *
 *     small_stack FOLDER CALL PATH
 *
 * From the current folder FOLDER. Exits with 0 where the call succeeds.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALLEST = 16384 }; /* PTHREAD_STACK_MIN of glibc, which is larger than musl's */

static const char *call;
static const char *path;
static int result;

static int rename_beside(void) {
    char to[PATH_MAX / 8];
    snprintf(to, sizeof to, "%s.moved", path);
    return rename(path, to);
}

/* Each entry is told, and what is open. */
static int list(void) {
    struct stat status;
    DIR *stream = opendir(path);
    if (stream == NULL)
        return -1;
    int seen = 0;
    while (readdir(stream) != NULL)
        seen++;
    return fstat(dirfd(stream), &status) == 0 && seen > 2 ? closedir(stream) : -1;
}

static int do_call(void) {
    struct stat status;
    char buffer[8];
    if (strcmp(call, "lstat") == 0)
        return lstat(path, &status);
    if (strcmp(call, "stat") == 0)
        return stat(path, &status);
    if (strcmp(call, "readlink") == 0)
        return readlink(path, buffer, sizeof buffer) > 0 ? 0 : -1;
    if (strcmp(call, "read") == 0)
        return open(path, O_RDONLY);
    if (strcmp(call, "append") == 0)
        return open(path, O_WRONLY | O_APPEND);
    if (strcmp(call, "access") == 0)
        return access(path, W_OK);
    if (strcmp(call, "mkdir") == 0)
        return mkdir(path, 0755);
    if (strcmp(call, "rmdir") == 0)
        return rmdir(path);
    if (strcmp(call, "unlink") == 0)
        return unlink(path);
    if (strcmp(call, "symlink") == 0)
        return symlink("/srv/app/f", path);
    if (strcmp(call, "rename") == 0)
        return rename_beside();
    if (strcmp(call, "chmod") == 0)
        return chmod(path, 0600);
    if (strcmp(call, "list") == 0)
        return list();
    if (strcmp(call, "chdir") == 0)
        return chdir(path);
    return -1;
}

static void *run(void *argument) {
    result = do_call();
    return argument;
}

int main(int argc, char *argv[]) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (argc != 4 || chdir(argv[1]) != 0)
        return 2;
    call = argv[2];
    path = argv[3];
    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, SMALLEST) != 0 ||
        pthread_create(&thread, &attributes, run, NULL) != 0)
        return 2;
    pthread_join(thread, NULL);
    return result >= 0 ? 0 : 1;
}
