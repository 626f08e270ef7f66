#ifndef QLSHIM_WRITABLE_CALLS_NOEXEC_H
#define QLSHIM_WRITABLE_CALLS_NOEXEC_H

#include <stdbool.h>

#include "writable/calls/at.h"

/*
 * After the file was not started, or with `library` not loaded: a line where it was written on a
 * volume mounted noexec, as Docker's --tmpfs is. Leaves errno alone; may be called between vfork
 * and exec.
 */
__attribute__((visibility("hidden"))) void noexec_explain(const struct at *at, bool library);

#endif
