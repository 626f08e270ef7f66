#include "command/doctor/program.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/platform.h"
#include "exec/target.h"

/* Headers, the loader's name and the notes are at the front of a program's file. */
enum { HEAD_SIZE = 65536 };

struct file {
    const unsigned char *bytes;
    size_t size;
};

/* False where the file has no `size` bytes at `offset`. The copy needs no alignment. */
static bool read_at(const struct file *file, void *to, size_t size, uint64_t offset) {
    if (offset > file->size || size > file->size - offset)
        return false;
    memcpy(to, file->bytes + offset, size);
    return true;
}

/* A note named "Go" is the linker's of Go (cmd/link), whose programs make system calls themselves.
 */
static bool notes_name_go(const struct file *file, const ElfW(Phdr) * segment) {
    ElfW(Nhdr) note;
    char name[4];
    uint64_t offset = segment->p_offset;
    uint64_t end = segment->p_filesz > file->size ? 0 : offset + segment->p_filesz;
    while (offset < end && read_at(file, &note, sizeof note, offset)) {
        offset += sizeof note;
        if (note.n_namesz == sizeof name && read_at(file, name, sizeof name, offset) &&
            memcmp(name, "Go\0", sizeof name) == 0)
            return true;
        offset += (((uint64_t)note.n_namesz + 3) & ~3ULL) + (((uint64_t)note.n_descsz + 3) & ~3ULL);
    }
    return false;
}

static enum reach reach_of_elf(const struct file *file) {
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    bool has_loader = false;
    if (file->size > EI_CLASS && file->bytes[EI_CLASS] != PLATFORM_ELF_CLASS)
        return REACH_OTHER_CLASS;
    if (!read_at(file, &header, sizeof header, 0))
        return REACH_NO_PROGRAM;
    if (header.e_machine != PLATFORM_ELF_MACHINE)
        return REACH_OTHER_CLASS;
    for (unsigned i = 0; i < header.e_phnum && header.e_phentsize == sizeof segment; i++) {
        if (header.e_phoff > file->size ||
            !read_at(file, &segment, sizeof segment, header.e_phoff + i * sizeof segment))
            break;
        if (segment.p_type == PT_NOTE && notes_name_go(file, &segment))
            return REACH_GO;
        has_loader = has_loader || segment.p_type == PT_INTERP;
    }
    return has_loader ? REACH_YES : REACH_STATIC;
}

/* The next word of a script's first line; its length, 0 at the end of the line. */
static size_t next_word(const char **cursor, const char *end) {
    while (*cursor < end && (**cursor == ' ' || **cursor == '\t'))
        ++*cursor;
    size_t length = 0;
    while (*cursor + length < end && strchr(" \t\n", (*cursor)[length]) == NULL)
        length++;
    return length;
}

static bool is_env(const char *word, size_t length) {
    static const char name[] = "/env";
    return length >= sizeof name - 1 &&
           memcmp(word + length - (sizeof name - 1), name, sizeof name - 1) == 0;
}

static enum reach reach_of_script(const struct file *file, char interpreter[PATH_MAX]) {
    const char *start = (const char *)file->bytes;
    size_t size = file->size < 256 ? file->size : 256; /* BINPRM_BUF_SIZE, linux/binfmts.h */
    const char *newline = memchr(start, '\n', size);
    const char *end = newline != NULL ? newline : start + size;
    const char *word = start + 2;
    size_t length = next_word(&word, end);
    if (is_env(word, length)) {
        do { /* behind its options, env -S node */
            word += length;
            length = next_word(&word, end);
        } while (length > 0 && *word == '-');
    }
    if (length == 0)
        return REACH_NO_PROGRAM;
    memcpy(interpreter, word, length);
    interpreter[length] = '\0';
    return REACH_SCRIPT;
}

enum reach program_reach_of(const unsigned char *bytes, size_t size, char interpreter[PATH_MAX]) {
    const struct file file = {bytes, size};
    if (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0)
        return reach_of_elf(&file);
    if (size > 2 && bytes[0] == '#' && bytes[1] == '!')
        return reach_of_script(&file, interpreter);
    return REACH_NO_PROGRAM;
}

enum reach program_reach(const char *path, char interpreter[PATH_MAX]) {
    static unsigned char bytes[HEAD_SIZE];
    if (target_is_set_id(AT_FDCWD, path, 0))
        return REACH_SET_ID;
    struct stat status;
    int fd = open_regular(path, 0, &status);
    ssize_t size = fd < 0 ? 0 : read(fd, bytes, sizeof bytes);
    if (fd >= 0)
        close(fd);
    return size <= 0 ? REACH_NO_PROGRAM : program_reach_of(bytes, (size_t)size, interpreter);
}
