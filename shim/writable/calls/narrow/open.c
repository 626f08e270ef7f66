/*
 * The doors of writable/calls/open.c once more, under the plain names: those of programs with
 * 32-bit offsets, which are not to open what is larger, and musl's.
 */
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
#include "core/next.h"

#define NARROW_DOORS
#undef WIDE_NAME
#define WIDE_NAME(name, wide) #name
#define NEXT_open NEXT_narrow_open
#define NEXT_openat NEXT_narrow_openat
#define NEXT_creat NEXT_narrow_creat
#define NEXT_fopen NEXT_narrow_fopen
#define NEXT_freopen NEXT_narrow_freopen
#define NEXT_mkstemp NEXT_narrow_mkstemp
#define NEXT_mkostemp NEXT_narrow_mkostemp
#define NEXT_mkstemps NEXT_narrow_mkstemps
#define NEXT_mkostemps NEXT_narrow_mkostemps
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "writable/calls/open.c"
