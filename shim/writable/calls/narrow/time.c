/*
 * The doors of writable/calls/time.c under the other names of 32-bit machines: those of programs
 * with 32-bit times, and musl's with 64-bit times.
 */
#include "writable/calls/time.h"

#include "core/next.h"

#define DOORS(utimensat_, utimensat_symbol, futimens_, futimens_symbol, utimes_, utimes_symbol,    \
              lutimes_, lutimes_symbol, futimesat_, futimesat_symbol)                              \
    utimensat_function utimensat_ __asm__(utimensat_symbol);                                       \
    futimens_function futimens_ __asm__(futimens_symbol);                                          \
    utimes_function utimes_ __asm__(utimes_symbol);                                                \
    utimes_function lutimes_ __asm__(lutimes_symbol);                                              \
    futimesat_function futimesat_ __asm__(futimesat_symbol);                                       \
    DOOR int utimensat_(int directory, const char *path, const void *times, int flags) {           \
        return viewed_utimensat(NEXT(utimensat_), directory, path, times, flags);                  \
    }                                                                                              \
    DOOR int futimens_(int fd, const void *times) {                                                \
        return viewed_futimens(NEXT(futimens_), NEXT(utimensat_), fd, times);                      \
    }                                                                                              \
    DOOR int utimes_(const char *path, const void *times) {                                        \
        return viewed_utimes(NEXT(utimes_), path, times);                                          \
    }                                                                                              \
    DOOR int lutimes_(const char *path, const void *times) {                                       \
        return viewed_lutimes(NEXT(lutimes_), path, times);                                        \
    }                                                                                              \
    DOOR int futimesat_(int directory, const char *path, const void *times) {                      \
        return viewed_futimesat(NEXT(futimesat_), directory, path, times);                         \
    }

DOORS(narrow_utimensat, "utimensat", narrow_futimens, "futimens", narrow_utimes, "utimes",
      narrow_lutimes, "lutimes", narrow_futimesat, "futimesat")
DOORS(musl_utimensat, "__utimensat_time64", musl_futimens, "__futimens_time64", musl_utimes,
      "__utimes_time64", musl_lutimes, "__lutimes_time64", musl_futimesat, "__futimesat_time64")

utimes_function narrow_utime __asm__("utime");
DOOR int narrow_utime(const char *path, const void *times) {
    return viewed_utimes(NEXT(narrow_utime), path, times);
}
