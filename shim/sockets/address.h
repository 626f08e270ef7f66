/*
 * AF_UNIX addresses (unix(7)): what path a program named, and the form of the addresses at which
 * the shim binds in its stead.
 *
 * Plain functions of their arguments: safe in signal handlers, after vfork and in threads.
 */
#ifndef QLSHIM_SOCKETS_ADDRESS_H
#define QLSHIM_SOCKETS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/folder.h"

#pragma GCC visibility push(hidden)

enum {
    SOCKET_PATH_LONGEST = sizeof(((struct sockaddr_un *)0)->sun_path), /* bytes, without a NUL */
    SOCKET_PATH_SIZE = SOCKET_PATH_LONGEST + 1
};

/*
 * The pathname that the kernel reads from an address of `length` bytes: up to the first NUL, or to
 * the end, since sun_path need not be terminated. Returns its length, 0 where the address is not an
 * AF_UNIX pathname (abstract, autobind, another family, a length the kernel refuses). Reads no byte
 * beyond `length`; the address must be readable.
 */
size_t address_path(const struct sockaddr *address, socklen_t length, char path[SOCKET_PATH_SIZE]);

/*
 * Fills `address` in for `path`, of at most SOCKET_PATH_LONGEST bytes, and returns the length that
 * the kernel gives for it: with the NUL, even where that lies beyond sun_path.
 */
socklen_t address_set(struct sockaddr_un *address, const char *path);

/*
 * The parts of `<folder>/<16 hex digits>`, where folder is `…/.qlshim-<uid>[-<hex digits>]`, or a
 * closed folder in it, whose name is up to eight hex digits (sockets/closed.h).
 */
struct private_address {
    size_t folder_length; /* bytes of the path that name the folder */
    uid_t owner;
};

/* Whether `path` has that form: absolute, short enough for sun_path with its NUL, no other digits.
 */
bool address_is_private(const char *path, struct private_address *parts);

enum { PRIVATE_NAME_DIGITS = 16 };

/* The path of the folder in a private address, without the socket's name. */
void address_split(const char *path, const struct private_address *parts, char folder[FOLDER_SIZE]);

/*
 * Writes `name`, that of a record beside the socket with these 16 digits: of the path that its
 * program named, or of how the volume shows its marker's owner.
 */
#define RECORD_OF_NAME ".name"
#define RECORD_OF_OWNER ".owner"
enum { SOCKET_RECORD_SIZE = PRIVATE_NAME_DIGITS + sizeof RECORD_OF_OWNER };
void address_record(const char *digits, const char *suffix, char name[SOCKET_RECORD_SIZE]);

#pragma GCC visibility pop

#endif
