#include "command/library_file.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/platform.h"

/* The sections' headers are what a linker writes last; a segment may reach as far without them. */
static bool is_whole(int fd, const ElfW(Ehdr) * header, uint64_t size) {
    ElfW(Phdr) segment;
    uint64_t sections = (uint64_t)header->e_shnum * header->e_shentsize;
    if (header->e_shoff > size || sections > size - header->e_shoff ||
        header->e_phentsize != sizeof segment)
        return false;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        off_t place = (off_t)(header->e_phoff + i * sizeof segment);
        if (pread(fd, &segment, sizeof segment, place) != sizeof segment ||
            segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
            return false;
    }
    return true;
}

static enum library_file look(int fd, uint64_t size) {
    ElfW(Ehdr) header = {.e_type = ET_NONE};
    ssize_t length = pread(fd, &header, sizeof header, 0);
    if (length < SELFMAG || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return LIBRARY_NONE;
    if (length < EI_NIDENT)
        return LIBRARY_CUT;
    if (header.e_ident[EI_CLASS] != PLATFORM_ELF_CLASS)
        return LIBRARY_OTHER_PLATFORM;
    if (length < (ssize_t)sizeof header)
        return LIBRARY_CUT;
    if (header.e_machine != PLATFORM_ELF_MACHINE)
        return LIBRARY_OTHER_PLATFORM;
    if (header.e_type != ET_DYN)
        return LIBRARY_NONE;
    return is_whole(fd, &header, size) ? LIBRARY_WHOLE : LIBRARY_CUT;
}

enum library_file library_file_look(const char *path) {
    struct stat status;
    int fd = open_regular(path, 0, &status);
    enum library_file found = fd < 0 ? LIBRARY_NONE : look(fd, (uint64_t)status.st_size);
    if (fd >= 0)
        close(fd);
    return found;
}
