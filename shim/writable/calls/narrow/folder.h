#ifndef QLSHIM_WRITABLE_CALLS_NARROW_FOLDER_H
#define QLSHIM_WRITABLE_CALLS_NARROW_FOLDER_H

#include <dirent.h>
#include <gnu/libc-version.h>
#include <stdint.h>

#pragma weak gnu_get_libc_version

/* glibc's struct dirent without _FILE_OFFSET_BITS (bits/dirent.h); musl's has 64 bits always. */
struct dirent_plain {
    uint32_t d_ino;
    int32_t d_off;
    uint16_t d_reclen;
    uint8_t d_type;
    char d_name[256];
};

/* What readdir(3) is by its plain name: a struct dirent of musl's, a struct dirent_plain of
 * glibc's. */
struct dirent *narrow_readdir(DIR *stream) __asm__("readdir");

#endif
