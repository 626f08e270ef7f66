/*
 * From the address at which a redirected socket is bound back to the path that its program named:
 * what getsockname(2) and its kin must answer. Kept in a table for the process, and in a record
 * beside the socket for all others. Safe in threads and signal handlers.
 */
#ifndef QLSHIM_SOCKETS_NAMES_H
#define QLSHIM_SOCKETS_NAMES_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sockets/address.h"

#pragma GCC visibility push(hidden)

/* Records that the socket at `address` is named `path`: 0, or the record's negative errno. */
int names_remember(const char *address, const char *path);

/* Keeps the name for this process, which has bound the socket. */
void names_keep(const char *address, const char *path);

/*
 * Whether this process, or the one that it is a fork of, has bound the socket at `address`, or has
 * been told its name, which `path` gets.
 */
bool names_known(const char *address, char path[SOCKET_PATH_SIZE]);

/*
 * Whether it has, and no other than that marker, of its own or root's, lies at that name: it may
 * have been renamed, or the name be relative to another folder by now. Of files any: who changes a
 * file follows no link anyway, and a second name is one.
 */
bool names_kept_for(const char *address, const struct stat *marker);

/* Whether a socket is about to be bound at `address`: its record has just come before it. */
bool names_in_the_making(const char *address);

/* Removes the record of a socket that could not be bound at `address`. */
void names_forget(const char *address);

/* The path that is recorded for `address`, by whomever; false where there is none. */
bool names_recorded(const char *address, char path[SOCKET_PATH_SIZE]);

/*
 * Whether `path` is where the socket at `address` was bound, as its maker's record names it.
 * Nothing is looked up where the record says.
 */
bool names_placed(const char *address, int directory, const char *path);

/*
 * The path that was named for `address`; false where nobody recorded one. The record is its owner's
 * word: he could lend himself a name that only others can bind, and by which a server may know its
 * clients. So only one's own is believed, and root's.
 */
bool names_find(const char *address, char path[SOCKET_PATH_SIZE]);

/*
 * Puts the original path into an address that the kernel has just written, if it is a redirected
 * socket's. `capacity` is the size of the caller's buffer and *length what the kernel said; both
 * are then as if the kernel had known the path: cut to `capacity`, with the full length reported.
 */
void names_restore(struct sockaddr *address, socklen_t capacity, socklen_t *length);

#pragma GCC visibility pop

#endif
