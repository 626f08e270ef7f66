/*
 * A volume that refuses sockets in a way of the caller's choice: a mirror of a folder, on libfuse3,
 * with a switch for each fault.
 *
 *     faulty [FAULT[=ERRNO]]... FOLDER MOUNTPOINT
 *
 * Faults (all but the last two of sockets only):
 *     mknod=E        bind fails with E
 *     debris=E       bind fails with E and leaves an empty regular file, as FAT and rclone do
 *     chmod=E        chmod fails, after a good bind
 *     stat=E         looking a socket up fails, at once: so does bind, and the socket is left
 *     stat-later=E   looking a socket up fails from the second time on: bind succeeds
 *     regular        a socket shows as a regular file from the second time on
 *     connect        a socket is a new inode at every look: bind succeeds, nobody can connect
 *     owner          a socket belongs to root, who made it, and so does a link
 *     unlink=E       unlink fails
 *     symlink=E      there are no symbolic links
 *     link=E         there are no hard links
 *
 * It stays in the foreground and ends when it is unmounted. The kernel caches nothing (timeouts of
 * zero), so that every fault shows at every call.
 */
#include "volumes/faulty/faulty.h"

#include <err.h>

int main(int argc, char *argv[]) {
    if (argc < 3)
        errx(2, "usage: faulty [FAULT[=ERRNO]]... FOLDER MOUNTPOINT");
    for (int i = 1; i < argc - 2; i++)
        if (!set_fault(argv[i]))
            errx(2, "%s: no such fault", argv[i]);
    root = open(argv[argc - 2], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        err(1, "%s", argv[argc - 2]);
    umask(0); /* modes arrive with the caller's umask applied */
    struct fuse_lowlevel_ops operations = {0};
    add_entry_operations(&operations);
    add_file_operations(&operations);
    char *mount_argv[] = {argv[0], "-o", "allow_other,default_permissions,fsname=faulty"};
    struct fuse_args arguments = FUSE_ARGS_INIT(3, mount_argv);
    struct fuse_session *session =
        fuse_session_new(&arguments, &operations, sizeof operations, NULL);
    if (session == NULL || fuse_set_signal_handlers(session) != 0 ||
        fuse_session_mount(session, argv[argc - 1]) != 0)
        return 1;
    int result = fuse_session_loop(session);
    fuse_session_unmount(session);
    fuse_session_destroy(session);
    return result != 0;
}
