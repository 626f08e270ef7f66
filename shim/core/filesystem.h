/* What kind of filesystem a folder lies on, as statfs(2) tells. */
#ifndef QLSHIM_CORE_FILESYSTEM_H
#define QLSHIM_CORE_FILESYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct filesystem {
    char name[11]; /* as mount(8) spells the type; "unknown" where the shim knows none */
    bool trusted;  /* a disk or memory filesystem of the kernel's own: sockets work there */
};

/* `type` is f_type of struct statfs. The result is static. Safe everywhere. */
const struct filesystem *filesystem_of_type(uint32_t type);

#pragma GCC visibility pop

#endif
