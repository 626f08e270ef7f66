/*
 * What the shim has to say: one line a call, to standard error or QLSHIM_LOG_FILE, in one write(2)
 * so that lines of several processes do not mix.
 */
#ifndef QLSHIM_CORE_LOG_H
#define QLSHIM_CORE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

enum log_level { LOG_LEVEL_OFF, LOG_LEVEL_ERROR, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/*
 * From now on lines up to `level` are written, appended to `file`, or to standard error where it is
 * NULL. `file` is not copied. Called once, at load.
 */
void log_open(enum log_level level, const char *file);

bool log_wants(enum log_level level);

/* Where lines go that no file was named for: standard error, or the descriptor given here. */
void log_to_descriptor(int fd);
int log_descriptor(void);

/*
 * log_line(LOG_LEVEL_ERROR, "cannot bind ", path, ": ", errno_name(error)): the strings, one after
 * another, as one line; control characters become '?', so that a path cannot forge a second line.
 * Does not touch errno and allocates nothing; safe in signal handlers, after vfork and in threads.
 */
#define log_line(level, ...)                                                                       \
    do {                                                                                           \
        if (log_wants(level))                                                                      \
            log_pieces(level, (const char *[]){__VA_ARGS__, NULL});                                \
    } while (0)

void log_pieces(enum log_level level, const char *const pieces[]);

/* As log_line(LOG_LEVEL_ERROR, …), but the statement speaks once a process. */
#define log_error_once(...)                                                                        \
    do {                                                                                           \
        static bool said;                                                                          \
        if (!__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))                                   \
            log_line(LOG_LEVEL_ERROR, __VA_ARGS__);                                                \
    } while (0)

#pragma GCC visibility pop

#endif
