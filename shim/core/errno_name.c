#include "core/errno_name.h"

#include <errno.h>
#include <stddef.h>

/* No pointers, which would have to be relocated in every process that starts. */
#define NAMED(error) error,
static const unsigned char numbers[] = {
#include "core/errno_names.h"
};
#undef NAMED
#define NAMED(error) #error "\0"
static const char names[] =
#include "core/errno_names.h"
    "unknown error";
#undef NAMED

const char *errno_name(int error) {
    const char *name = names;
    for (size_t i = 0; i < sizeof numbers && numbers[i] != error; i++)
        while (*name++ != '\0') {
        }
    return name;
}

bool errno_of_process(int error) {
    return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -ENOBUFS ||
           error == -EINTR;
}
