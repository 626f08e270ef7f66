/*
 * The doors of calls/open.c and of truncate(2) once more, under the plain names: those of programs
 * with 32-bit offsets, which are not to open what is larger, and musl's.
 */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#include "core/next.h"

#undef WIDE_NAME
#define WIDE_NAME(name, wide) #name
#define NEXT_open NEXT_narrow_open
#define NEXT_openat NEXT_narrow_openat
#define NEXT_creat NEXT_narrow_creat
#define NEXT_fopen NEXT_narrow_fopen
#define NEXT_mkstemp NEXT_narrow_mkstemp
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "calls/open.c"

/*
 * The length has 32 bits, which are the second argument; or 64, musl's: the second and third, on
 * ARM the third and fourth. All that may be part of it is handed on.
 */
int narrow_truncate(const char *path, long second, long third, long fourth) __asm__("truncate");

DOOR int narrow_truncate(const char *path, long second, long third, long fourth) {
    return truncate_refused(path) ? -1 : NEXT(narrow_truncate)(path, second, third, fourth);
}
