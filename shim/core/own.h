#ifndef QLSHIM_CORE_OWN_H
#define QLSHIM_CORE_OWN_H

/*
 * For variables of this library that several files use: -fvisibility=hidden is about definitions
 * only, and through the table of what may be another object's each use would be a load, or two,
 * more (x86-64's linker alone makes up for that).
 */
#define OWN __attribute__((visibility("hidden")))

#endif
