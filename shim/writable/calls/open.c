/*
 * The doors of open(2), fopen(3) and mkstemp(3). On 32-bit machines they have two names each, for
 * programs of either width of offsets: narrow/open.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "writable/calls/at.h"
#include "writable/identity.h"

/* open is declared with `...`; its last argument is passed on, whatever it is. */
typedef int open_function(const char *path, int flags, ...);
typedef int openat_function(int directory, const char *path, int flags, ...);
int open_door(const char *path, int flags, mode_t mode) __asm__(WIDE_NAME(open, open64));
int openat_door(int directory, const char *path, int flags,
                mode_t mode) __asm__(WIDE_NAME(openat, openat64));
int open_checked(const char *path, int flags) __asm__(WIDE_NAME(__open_2, __open64_2));
int openat_checked(int directory, const char *path,
                   int flags) __asm__(WIDE_NAME(__openat_2, __openat64_2));

static int open_next(int directory, const char *path, int flags, mode_t mode) {
    if (directory == AT_FDCWD)
        return ((open_function *)NEXT(open))(path, flags, mode);
    return ((openat_function *)NEXT(openat))(directory, path, flags, mode);
}

static bool writes(int flags) {
    return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

/*
 * A farm link is no link to the program: O_NOFOLLOW refuses it all the same, as ELOOP, with
 * O_DIRECTORY as ENOTDIR; and with O_PATH opens the link itself.
 */
static __attribute__((noinline)) int open_unfollowed(struct at *at, int flags, mode_t mode) {
    char lower[PATH_MAX];
    bool path_only = (flags & O_PATH) != 0;
    int fd = path_only ? -1 : open_next(at->directory, at->path, flags, mode);
    if (fd >= 0 || (!path_only && errno != ELOOP && errno != ENOTDIR))
        return fd;
    enum farm kind = at_farm(at, lower);
    if (kind != FARM_FOLDER && kind != FARM_NONE && path_ends_in_slash(at->path)) {
        errno = ENOTDIR;
        return -1;
    }
    if (kind == FARM_NONE)
        return path_only ? open_next(at->directory, at->path, flags, mode) : fd;
    if (!path_only && writes(flags) && at_lift(at, LIFT_LINK))
        return open_next(at->directory, at->path, flags, mode);
    errno = at->saved;
    return open_next(AT_FDCWD, lower, flags, mode);
}

static enum lift lift_for(int flags) {
    if ((flags & (O_NOFOLLOW | O_EXCL)) != 0)
        return LIFT_LINK;
    bool output = (flags & O_ACCMODE) == O_WRONLY && (flags & (O_APPEND | O_TRUNC)) != 0;
    return output ? LIFT_OUTPUT : LIFT_ENTRY;
}

static int open_inside(struct at *at, int flags, mode_t mode) {
    bool nofollow = (flags & O_NOFOLLOW) != 0;
    int fd = nofollow ? open_unfollowed(at, flags, mode)
                      : open_next(at->directory, at->path, flags, mode);
    if (fd < 0 && writes(flags) && (flags & O_PATH) == 0 && at_refused(at) &&
        at_lift(at, lift_for(flags)))
        fd = open_next(at->directory, at->path, flags, mode);
    if (fd >= 0 && ((flags & O_ACCMODE) == O_RDONLY || identity_may_be_copy(true)))
        at_hint(fd);
    return fd;
}

/* rsync, systemd's tools and others go down from "/" by descriptors. */
static __attribute__((noinline)) int open_folder_outside(struct at *at, int flags, mode_t mode) {
    int fd = open_next(at->directory, at->path, flags, mode);
    if (fd >= 0 && at->path[0] == '/' && view_is_below(at->path))
        at_hint(fd);
    return fd;
}

static int open_at(struct at *at, int flags, mode_t mode) {
    if (__builtin_expect(at->inside, 0))
        return open_inside(at, flags, mode);
    if (views.active && (flags & (O_DIRECTORY | O_PATH)) != 0 && at_plausible(at->path))
        return open_folder_outside(at, flags, mode);
    return open_next(at->directory, at->path, flags, mode);
}

DOOR int open_door(const char *path, int flags, mode_t mode) {
    AT(at, AT_FDCWD, path);
    return open_at(&at, flags, mode);
}

DOOR_ALIAS_WIDE(open64, open);

DOOR int openat_door(int directory, const char *path, int flags, mode_t mode) {
    AT(at, directory, path);
    return open_at(&at, flags, mode);
}

DOOR_ALIAS_WIDE(openat64, openat);

/* What programs call that are built with _FORTIFY_SOURCE; it only looks for O_CREAT without a mode.
 */
DOOR int open_checked(const char *path, int flags) {
    return open_door(path, flags, 0);
}

DOOR_ALIAS_WIDE(__open64_2, __open_2);

DOOR int openat_checked(int directory, const char *path, int flags) {
    return openat_door(directory, path, flags, 0);
}

DOOR_ALIAS_WIDE(__openat64_2, __openat_2);

DOOR int creat(const char *path, mode_t mode) {
    AT(at, AT_FDCWD, path);
    return LIFTING(at, LIFT_ENTRY, NEXT(creat)(at.path, mode));
}

DOOR_ALIAS_WIDE(creat64, creat);

/* --- streams --------------------------------------------------------------------------------- */

static bool mode_writes(const char *mode) {
    for (; *mode != '\0' && *mode != ','; mode++)
        if (*mode == 'w' || *mode == 'a' || *mode == '+')
            return true;
    return false;
}

DOOR FILE *fopen(const char *restrict path, const char *restrict mode) {
    AT(at, AT_FDCWD, path);
    FILE *stream = NEXT(fopen)(at.path, mode);
    if (stream == NULL && at_refused(&at) && mode_writes(mode) &&
        at_lift(&at, mode[0] == 'r' ? LIFT_ENTRY : LIFT_OUTPUT))
        stream = NEXT(fopen)(at.path, mode);
    if (stream != NULL && at.inside && (!mode_writes(mode) || identity_may_be_copy(true)))
        at_hint(fileno(stream));
    return stream;
}

DOOR_ALIAS_WIDE(fopen64, fopen);

/* It closes the stream where it fails: so what is to be written is lifted before, if need be. */
DOOR FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream) {
    AT(at, AT_FDCWD, path);
    if (at.inside && mode_writes(mode) && kernel_access_effective(at.path, W_OK) != 0)
        at_lift(&at, LIFT_OUTPUT);
    return NEXT(freopen)(at.path, mode, stream);
}

DOOR_ALIAS_WIDE(freopen64, freopen);

/* --- temporary files ------------------------------------------------------------------------- */

/* The random letters, back into the template that the program keeps. */
static void copy_letters(char *template, const char *path, size_t suffix) {
    size_t length = text_length(template);
    size_t path_length = text_length(path);
    if (template == path || length < suffix + 6)
        return;
    for (size_t i = suffix + 1; i <= suffix + 6; i++)
        template[length - i] = path[path_length - i];
}

/* After a failure the letters may be filled in: the next try needs X again. */
static void reset_letters(char *path, size_t suffix) {
    size_t length = text_length(path);
    for (size_t i = suffix + 1; i <= suffix + 6 && i <= length; i++)
        path[length - i] = 'X';
}

#define TEMPORARY(template, suffix, call)                                                          \
    AT(at, AT_FDCWD, template);                                                                    \
    char *name = (char *)(uintptr_t)at.path;                                                       \
    int fd = call;                                                                                 \
    if (fd < 0 && at_refused(&at) && at_lift(&at, LIFT_FOLDER)) {                                  \
        reset_letters(name, suffix);                                                               \
        fd = call;                                                                                 \
    }                                                                                              \
    if (fd >= 0)                                                                                   \
        copy_letters(template, name, suffix);                                                      \
    return fd

DOOR int mkstemp(char *template) {
    TEMPORARY(template, 0, NEXT(mkstemp)(name));
}

DOOR int mkostemp(char *template, int flags) {
    TEMPORARY(template, 0, NEXT(mkostemp)(name, flags));
}

DOOR int mkstemps(char *template, int suffix) {
    TEMPORARY(template, (size_t)suffix, NEXT(mkstemps)(name, suffix));
}

DOOR int mkostemps(char *template, int suffix, int flags) {
    TEMPORARY(template, (size_t)suffix, NEXT(mkostemps)(name, suffix, flags));
}

DOOR_ALIAS_WIDE(mkstemp64, mkstemp);
DOOR_ALIAS_WIDE(mkostemp64, mkostemp);
DOOR_ALIAS_WIDE(mkstemps64, mkstemps);
DOOR_ALIAS_WIDE(mkostemps64, mkostemps);

/* A name that has no width. */
#ifndef NARROW_DOORS
static int make_folder(char *template) {
    return NEXT(mkdtemp)(template) != NULL ? 0 : -1;
}

static int mkdtemp_at(char *template) {
    TEMPORARY(template, 0, make_folder(name));
}

DOOR char *mkdtemp(char *template) {
    return mkdtemp_at(template) == 0 ? template : NULL;
}
#endif
