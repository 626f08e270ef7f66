/*
 * Declares a function of libc's again, so that it is called through the table of its addresses.
 * Else the linker makes a stub and a second entry for each: 48 bytes on aarch64, whose file is
 * nearly as large as it may be. On x86 -fno-plt does so (Makefile); for errno, which most files ask
 * for, it would cost more than the stub.
 */
#ifndef QLSHIM_CORE_BY_TABLE_H
#define QLSHIM_CORE_BY_TABLE_H

#if defined __aarch64__ && defined __has_attribute
#if __has_attribute(noplt)
#define BY_TABLE(function) __attribute__((noplt)) __typeof__(function) function
#endif
#endif
#ifndef BY_TABLE
#define BY_TABLE(function) __typeof__(function) function
#endif

#endif
