#ifndef QLSHIM_CORE_RARELY_USED_H
#define QLSHIM_CORE_RARELY_USED_H

/*
 * For zeroed memory that most processes never touch: the linker sorts it behind the rest, so that
 * what every process writes at its start lies on few pages. (Sections by such a name are .bss;
 * the Makefile has --sort-section=name.)
 */
#define RARELY_USED __attribute__((section(".bss.rarely_used")))

#endif
