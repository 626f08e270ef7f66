/*
 * The layouts of struct stat on 32-bit machines, but for the one that this library is compiled with
 * (glibc's with 64-bit times).
 */
#ifndef QLSHIM_CORE_STAT_LAYOUTS_H
#define QLSHIM_CORE_STAT_LAYOUTS_H

#include <stdint.h>
#include <time.h>

struct time32 {
    uint32_t tv_sec;
    uint32_t tv_nsec;
};

/*
 * As fstatat64(2) fills it (struct stat64, arch/x86/include/uapi/asm/stat.h, and arm's); glibc's
 * with 64-bit offsets, and musl's before 1.2.
 */
struct kernel_stat64 {
    uint64_t st_dev;
    uint32_t padding_0;
    uint32_t short_ino;
    uint32_t st_mode;
    uint32_t st_nlink;
    uint32_t st_uid;
    uint32_t st_gid;
    uint64_t st_rdev;
    uint32_t padding_1;
    int64_t st_size;
    uint32_t st_blksize;
    uint64_t st_blocks;
    struct time32 st_atim, st_mtim, st_ctim;
    uint64_t st_ino;
};

/* bits/struct_stat.h of glibc, without _FILE_OFFSET_BITS. */
struct stat_plain {
    uint64_t st_dev;
    uint16_t padding_0;
    uint32_t st_ino;
    uint32_t st_mode;
    uint32_t st_nlink;
    uint32_t st_uid;
    uint32_t st_gid;
    uint64_t st_rdev;
    uint16_t padding_1;
    int32_t st_size;
    int32_t st_blksize;
    int32_t st_blocks;
    struct time32 st_atim, st_mtim, st_ctim;
    uint32_t reserved[2];
};

/* arch/i386/bits/stat.h and arch/arm/bits/stat.h of musl 1.2. */
struct stat_musl {
    uint64_t st_dev;
    uint32_t padding_0;
    uint32_t short_ino;
    uint32_t st_mode;
    uint32_t st_nlink;
    uint32_t st_uid;
    uint32_t st_gid;
    uint64_t st_rdev;
    uint32_t padding_1;
    int64_t st_size;
    uint32_t st_blksize;
    uint64_t st_blocks;
    struct time32 short_times[3];
    uint64_t st_ino;
    struct timespec st_atim, st_mtim, st_ctim;
};

enum stat_form {
    STAT_OWN,   /* struct stat */
    STAT_WIDE,  /* struct kernel_stat64 */
    STAT_PLAIN, /* struct stat_plain */
    STAT_MUSL   /* struct stat_musl */
};

/* How many of the members, in the order of their use. */
enum stat_members {
    STAT_TELLING = 3,  /* what tells that it may be a marker: mode, size, device */
    STAT_CHANGING = 8, /* those, and what shown_fstat may change */
    STAT_ALL = 16      /* and what lies between them, zeroed */
};

#pragma GCC visibility push(hidden)

/* Copies members from one form into another. Safe everywhere. */
void stat_copy(void *to, enum stat_form to_form, const void *from, enum stat_form from_form,
               enum stat_members members);

#pragma GCC visibility pop

#endif
