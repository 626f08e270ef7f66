#include "exec/target.h"

#include <elf.h>
#include <link.h>

#include "core/kernel.h"
#include "core/readable.h"
#include "core/text.h"

bool target_is_set_id(int directory, const char *path, int flags) {
    struct stat status;
    const mode_t group = S_ISGID | S_IXGRP; /* without S_IXGRP it means locking, not privileges */
    if (kernel_fstatat(directory, path, &status, flags) != 0 || !S_ISREG(status.st_mode))
        return false;
    return (status.st_mode & S_ISUID) != 0 || (status.st_mode & group) == group;
}

bool target_yields_privileges(const char *path, char *const argv[]) {
    const char *name = text_base(path);
    if (text_after(name, "busybox") != NULL && argv != NULL && strings_readable(argv) &&
        argv[0] != NULL && argv[1] != NULL)
        name = text_base(argv[1]);
    return text_equal(name, "crontab") || text_equal(name, "crond") ||
           text_equal(name, "ssh-agent");
}

bool target_find(const char *name, const char *search, char path[PATH_MAX]) {
    for (const char *byte = name; *byte != '\0'; byte++)
        if (*byte == '/')
            return false;
    for (const char *folder = search;; folder++) {
        size_t length = 0;
        while (folder[length] != ':' && folder[length] != '\0')
            length++;
        struct text text = text_in(path, PATH_MAX);
        text_append_bytes(&text, folder, length);
        if (length > 0)
            text_append(&text, "/");
        text_append(&text, name);
        if (!text.cut && kernel_access(path, X_OK) == 0)
            return true;
        folder += length;
        if (*folder == '\0')
            return false;
    }
}

/* Exactly `size` bytes from `offset`. */
static bool read_at(int fd, void *buffer, size_t size, uint64_t offset) {
    return kernel_seek(fd, (int64_t)offset, SEEK_SET) == (int64_t)offset &&
           kernel_read(fd, buffer, size) == (ssize_t)size;
}

static bool read_loader(int fd, char loader[PATH_MAX]) {
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;
    if (!read_at(fd, &header, sizeof header, 0) || header.e_ident[EI_MAG0] != ELFMAG0 ||
        header.e_ident[EI_MAG1] != ELFMAG1 || header.e_ident[EI_MAG2] != ELFMAG2 ||
        header.e_ident[EI_MAG3] != ELFMAG3 || header.e_ident[EI_CLASS] != PLATFORM_ELF_CLASS ||
        header.e_phentsize != sizeof segment)
        return false;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!read_at(fd, &segment, sizeof segment, header.e_phoff + i * sizeof segment))
            return false;
        if (segment.p_type != PT_INTERP)
            continue;
        if (segment.p_filesz < 2 || segment.p_filesz > PATH_MAX ||
            !read_at(fd, loader, segment.p_filesz, segment.p_offset))
            return false;
        return loader[0] == '/' && loader[segment.p_filesz - 1] == '\0';
    }
    return false;
}

bool target_loader(const char *path, char loader[PATH_MAX]) {
    int fd = kernel_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    bool found = fd >= 0 && read_loader(fd, loader);
    if (fd >= 0)
        kernel_close(fd);
    return found;
}
