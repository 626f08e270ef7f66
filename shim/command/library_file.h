#ifndef QLSHIM_COMMAND_LIBRARY_FILE_H
#define QLSHIM_COMMAND_LIBRARY_FILE_H

/* What a file that is to be preloaded is, as far as its headers tell (elf(5)). */
enum library_file {
    LIBRARY_WHOLE,
    LIBRARY_NONE,           /* a text, a folder, a program: no shared object */
    LIBRARY_CUT,            /* its end is missing: a program that loads it ends by SIGBUS */
    LIBRARY_OTHER_PLATFORM, /* than this command: for other programs, or copied by mistake */
};

enum library_file library_file_look(const char *path);

#endif
