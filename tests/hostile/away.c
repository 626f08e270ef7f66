/*
 * An NSS module (libnss_away.so.2) that is away at first, as a directory service is while its
 * network comes up: it knows the user and the group of number 23456, "faraway", but in each process
 * its first calls, as many as /tmp/away says, give the status and the errno that follow there.
 */
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

enum { ID = 23456 };
static char name[] = "faraway";

enum nss_status _nss_away_getpwuid_r(uid_t, struct passwd *, char *, size_t, int *);
enum nss_status _nss_away_getpwnam_r(const char *, struct passwd *, char *, size_t, int *);
enum nss_status _nss_away_getgrgid_r(gid_t, struct group *, char *, size_t, int *);
enum nss_status _nss_away_getgrnam_r(const char *, struct group *, char *, size_t, int *);

/* NSS_STATUS_SUCCESS where it is there. */
static enum nss_status status(int *error) {
    static int calls;
    int away = 0;
    int state = NSS_STATUS_UNAVAIL;
    FILE *file = fopen("/tmp/away", "re");
    if (file == NULL || fscanf(file, "%d %d %d", &away, &state, error) != 3)
        away = 0;
    if (file != NULL)
        fclose(file);
    return calls++ < away ? (enum nss_status)state : NSS_STATUS_SUCCESS;
}

static enum nss_status give_user(int known, struct passwd *user, int *error) {
    enum nss_status now = status(error);
    if (now != NSS_STATUS_SUCCESS || !known)
        return now != NSS_STATUS_SUCCESS ? now : NSS_STATUS_NOTFOUND;
    static char rest[] = "x";
    static char home[] = "/tmp/home-of-faraway";
    static char shell[] = "/bin/sh";
    *user = (struct passwd){name, rest, ID, ID, name, home, shell};
    return NSS_STATUS_SUCCESS;
}

static enum nss_status give_group(int known, struct group *group, int *error) {
    enum nss_status now = status(error);
    if (now != NSS_STATUS_SUCCESS || !known)
        return now != NSS_STATUS_SUCCESS ? now : NSS_STATUS_NOTFOUND;
    static char rest[] = "x";
    static char *members[] = {NULL};
    *group = (struct group){name, rest, ID, members};
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_away_getpwuid_r(uid_t uid, struct passwd *user, char *buffer, size_t size,
                                     int *error) {
    (void)buffer, (void)size;
    return give_user(uid == ID, user, error);
}

enum nss_status _nss_away_getpwnam_r(const char *sought, struct passwd *user, char *buffer,
                                     size_t size, int *error) {
    (void)buffer, (void)size;
    return give_user(strcmp(sought, name) == 0, user, error);
}

enum nss_status _nss_away_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t size,
                                     int *error) {
    (void)buffer, (void)size;
    return give_group(gid == ID, group, error);
}

enum nss_status _nss_away_getgrnam_r(const char *sought, struct group *group, char *buffer,
                                     size_t size, int *error) {
    (void)buffer, (void)size;
    return give_group(strcmp(sought, name) == 0, group, error);
}
