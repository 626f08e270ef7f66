/*
 * What the parts of the differential fuzzer share.
 *
 * A run is a list of calls that a seed alone decides (plan.c): which call, which socket, which
 * path. What else a call needs it draws from a state of its own, so that a call is the same whether
 * or not those before it were left out: a list can be made shorter, and what is left still means
 * the same.
 */
#ifndef QLSHIM_TESTS_DIFFERENTIAL_H
#define QLSHIM_TESTS_DIFFERENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>

enum {
    SOCKETS = 5,        /* slots, and so descriptors that a call may name */
    DIRECTORIES = 3,    /* folders held open */
    FIRST_SOCKET = 200, /* slots are descriptors of fixed numbers, so that numbers can be printed */
    FIRST_DIRECTORY = 210,
    MOST_CALLS = 256,
    LONGEST_PATH = 5000
};

struct call;

struct kind {
    const char *name;
    void (*run)(struct call *call);
    unsigned weight;
};

struct call {
    const struct kind *kind;
    int fd;               /* a socket's slot, or a descriptor that is none */
    unsigned path, other; /* numbers of paths (paths.c) */
    int type;             /* of socket */
    bool plain;           /* one of those that prepare a scene: no bad pointer, no odd length */
    uint64_t state;
};

/* --- plan.c ------------------------------------------------------------------------------------*/

/* Fills `calls`, MOST_CALLS long; how many there are. */
unsigned plan_calls(uint64_t seed, struct call *calls);

/* A number below `below`, from the call's own state. */
unsigned draw(struct call *call, unsigned below);

/* True once in `times`; never in a call that is plain. */
bool odd(struct call *call, unsigned times);

/* --- paths.c -----------------------------------------------------------------------------------*/

unsigned path_usual(uint64_t random);
unsigned path_odd(uint64_t random);
unsigned path_home(void); /* the run's own folder */
/* As the calls take it, up to LONGEST_PATH; in static memory until the next. */
const char *path_text(unsigned path);

/* --- memory.c: where an argument lies ----------------------------------------------------------*/

enum place {
    ON_STACK_OR_STATIC, /* as programs have it */
    AT_EDGE,            /* it ends where the page does, and the next is unmapped */
    OVER_EDGE,          /* its last bytes are in the unmapped page */
    UNMAPPED,
    NO_POINTER, /* NULL */
    SMALL_NUMBER,
    NO_ADDRESS, /* beyond what the processor can address */
    PLACES
};

void memory_prepare(void);

/* Where `size` bytes that are `bytes` to begin with lie for this call: mostly, as they are; else it
 * is printed as `name=where`. */
void *place(struct call *call, const char *name, void *bytes, size_t size);

/* Whether what was placed can be read back. */
bool readable(const void *pointer, size_t size);

/* --- show.c: a line a call ---------------------------------------------------------------------*/

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_path(const char *path);
/* ` = 0`, or the error's name; errno has to be as the call left it. */
void say_result(long result);
/* The same of what may have been a folder. */
void say_removal(int result);
void say_flags(int flags);
void say_mode(const struct stat *status);
void say_name(const struct sockaddr_un *name, socklen_t room, socklen_t length);
void end_line(void);

/* --- masks.c: what a volume cannot do ----------------------------------------------------------*/

enum mask {
    NO_SYMLINKS,
    NO_UNREADABLE,
    NO_NAMES_OVER_EDGES,
    NO_HARD_LINKS,
    NO_RENAME_FLAGS,
    NO_MODES,
    NO_OWNERS,
    NO_TIMES,
    NO_CONTENTS,
    NO_LONG_NAMES,
    NO_ODD_NAMES,
    NO_FULL_FOLDERS,
    NO_RENAMED_FOLDERS,
    NO_SECOND_NAMES,
    NO_FIRST_NAMES,
    MASKS
};

/* False where there is none of that name. */
bool mask_set(const char *name);
bool masked(enum mask mask);
void masks_print(void);

/* --- sockets.c, messages.c, looks.c, changes.c, links.c: the calls -----------------------------*/

extern const struct kind socket_kinds[], message_kinds[], look_kinds[], change_kinds[],
    link_kinds[];

/* A socket address from the call's path; its length goes to `length`. */
const struct sockaddr *address_of_call(struct call *call, struct sockaddr_un *address,
                                       socklen_t *length);

/* The path of a call, placed, and printed. */
const char *path_of_call(struct call *call, unsigned path, char *room);

/* A folder's descriptor for the *at calls: AT_FDCWD, one that is held, or one that is none. */
int directory_of_call(struct call *call);

/* Whether the path is a socket's; the calls of what a volume cannot do with files ask this. */
bool is_socket(int directory, const char *path, int flags);

#endif
