/*
 * What is known of error messages: shim/command/messages.txt, whose form that file explains. The
 * text is read as it is asked for; every string points into it.
 */
#ifndef QLSHIM_COMMAND_MESSAGES_H
#define QLSHIM_COMMAND_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text: not terminated. */
struct span {
    const char *start;
    size_t length;
};

struct explanation {
    struct span area;
    struct span with_qlshim;
    struct span cause;
    struct span mend;
};

/*
 * The explanation of the message that fits `line` best, the longest; false where none fits. `line`
 * is any bytes of a stranger's, with a NUL at the end.
 */
bool messages_find(const char *line, struct explanation *explanation);

/*
 * Whether `pattern` is in `line`: its parts, between "...", one after the other, each in whole
 * words, whatever the case of their letters and the kind of quotes.
 */
bool messages_fit(struct span pattern, const char *line);

#endif
