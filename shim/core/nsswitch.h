#ifndef QLSHIM_CORE_NSSWITCH_H
#define QLSHIM_CORE_NSSWITCH_H

enum nsswitch {
    NSSWITCH_UNSAID,   /* nothing of one of the two: glibc's default, which changed */
    NSSWITCH_FILES,    /* to /etc/passwd and /etc/group, and nowhere else */
    NSSWITCH_SERVICES, /* elsewhere, too, or it cannot be read: who is there must be asked */
};

/*
 * Where nsswitch.conf(5) at `path` sends glibc for users and groups. Raw system calls, nothing
 * kept: safe after vfork and in signal handlers.
 */
enum nsswitch nsswitch_read(const char *path);

#endif
