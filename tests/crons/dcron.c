/*
 * dcron is in no archive of Debian's. These are its calls, each after the function of its source
 * (4.5) that makes it: as `crontab FILE` it installs the user's crontab, as `crond` it waits for
 * word of one, and runs each of its lines at once, as commands.
 */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define SPOOL "/var/spool/cron/crontabs"

enum { TRIES = 100, MAXOPEN = 256 };

static void fail_to(const char *what) {
    perror(what);
    exit(1);
}

/* chuser.c, ChangeUser */
static void change_user(const char *name, const char *other_folder) {
    struct passwd *user = getpwnam(name);
    if (user == NULL || initgroups(name, user->pw_gid) != 0 ||
        setregid(user->pw_gid, user->pw_gid) != 0 || setreuid(user->pw_uid, user->pw_uid) != 0)
        fail_to("ChangeUser");
    if (other_folder != NULL && chdir(user->pw_dir) != 0 && chdir(other_folder) != 0)
        fail_to("chdir");
}

/* crontab.c, GetReplaceStream: another process, which is the user, reads it. */
static int open_replacement(const char *name, const char *path) {
    int ends[2];
    char bytes[4096];
    if (pipe(ends) != 0)
        fail_to("pipe");
    if (fork() != 0) {
        close(ends[1]);
        return ends[0];
    }
    change_user(name, NULL);
    int fd = open(path, O_RDONLY);
    ssize_t size;
    while ((size = read(fd, bytes, sizeof bytes)) > 0)
        if (write(ends[1], bytes, (size_t)size) != size)
            exit(1);
    exit(0);
}

/* crontab.c, main */
static int crontab(const char *path) {
    char bytes[4096], fresh[64];
    struct stat status;
    struct passwd *user = getpwuid(getuid());
    if (user == NULL)
        fail_to("getpwuid");
    int from = open_replacement(user->pw_name, path);
    if (chdir(SPOOL) != 0)
        fail_to(SPOOL);
    snprintf(fresh, sizeof fresh, "%s.new", user->pw_name);
    int fd = open(fresh, O_CREAT | O_TRUNC | O_EXCL | O_APPEND | O_WRONLY, 0600);
    if (fd < 0)
        fail_to(fresh);
    ssize_t size;
    while ((size = read(from, bytes, sizeof bytes)) > 0)
        if (write(fd, bytes, (size_t)size) != size)
            fail_to("write");
    close(fd);
    if (rename(fresh, user->pw_name) != 0)
        fail_to("rename");
    FILE *update = fopen("cron.update", "a");
    if (update == NULL || fprintf(update, "%s\n", user->pw_name) < 0 || fflush(update) != 0 ||
        fstat(fileno(update), &status) != 0 || status.st_nlink == 0)
        fail_to("cron.update");
    return 0;
}

/* job.c, RunJob */
static void run_job(const char *name, const char *command) {
    if (fork() == 0) {
        change_user(name, "/tmp");
        dup2(2, 8);
        fcntl(8, F_SETFD, FD_CLOEXEC);
        execl("/bin/sh", "/bin/sh", "-c", command, (char *)NULL);
        exit(1);
    }
    wait(NULL);
}

/* database.c, SynchronizeFile */
static void read_crontab(const char *name) {
    char path[128], line[1024];
    struct stat status;
    snprintf(path, sizeof path, SPOOL "/%s", name);
    FILE *file = fopen(path, "r");
    if (file == NULL || fstat(fileno(file), &status) != 0 || status.st_uid != getuid())
        return;
    while (fgets(line, sizeof line, file) != NULL)
        run_job(name, line);
    fclose(file);
}

/* database.c, CheckUpdates; this daemon looks once alone, so what is not written yet stays. */
static int check_updates(void) {
    char name[256];
    FILE *update = fopen(SPOOL "/cron.update", "r");
    if (update == NULL)
        return 0;
    int written = fgets(name, sizeof name, update) != NULL;
    if (written)
        remove(SPOOL "/cron.update");
    for (int more = written; more; more = fgets(name, sizeof name, update) != NULL) {
        name[strcspn(name, " \t\n")] = '\0';
        if (getpwnam(name) != NULL)
            read_crontab(name);
    }
    fclose(update);
    return written;
}

/* main.c; database.c, SynchronizeDir */
static int crond(void) {
    char folder[] = "/tmp/cron.XXXXXX";
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
        fail_to("mkdtemp");
    for (int fd = 3; fd < MAXOPEN; fd++)
        close(fd);
    syslog(LOG_NOTICE, "dillon's cron daemon, started");
    remove(SPOOL "/cron.update");
    DIR *crontabs = opendir(SPOOL);
    if (crontabs == NULL)
        syslog(LOG_ERR, "unable to scan directory %s", SPOOL);
    else
        closedir(crontabs);
    for (int tries = TRIES; tries > 0 && !check_updates(); tries--)
        usleep(100000);
    rmdir(folder);
    return 0;
}

int main(int count, char *argv[]) {
    return strstr(argv[0], "crontab") != NULL && count == 2 ? crontab(argv[1]) : crond();
}
