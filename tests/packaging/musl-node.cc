// What build/musl-node wants (tests/packaging/prepare), and Debian 12's libraries for musl have
// not.
#include <link.h>
#include <string>

// gcc 13 and later call it for basic_string::replace: LENGTH bytes of TEXT, which may lie in the
// string itself, take the place of OLD bytes at PLACE, with REST bytes behind them; there is room.
extern "C" void
replace(std::string *, char *place, size_t old, const char *text, size_t length, size_t rest) __asm__(
    "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm");

extern "C" void replace(std::string *, char *place, size_t old, const char *text, size_t length,
                        size_t rest) {
    std::string copy(text, length);
    __builtin_memmove(place + length, place + old, rest);
    __builtin_memcpy(place, copy.data(), length);
}

// libgcc_s asks glibc so for the unwind tables of the object in which an address lies (gcc's
// unwind-dw2-fde-dip.c).
struct question {
    ElfW(Addr) address;
    struct dl_find_object *found;
};

static int look(struct dl_phdr_info *object, size_t, void *data) {
    auto *question = static_cast<struct question *>(data);
    ElfW(Addr) start = -1, end = 0, tables = 0;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) &header = object->dlpi_phdr[i];
        ElfW(Addr) address = object->dlpi_addr + header.p_vaddr;
        if (header.p_type == PT_LOAD && address < start)
            start = address;
        if (header.p_type == PT_LOAD && address + header.p_memsz > end)
            end = address + header.p_memsz;
        if (header.p_type == PT_GNU_EH_FRAME)
            tables = address;
    }
    if (tables == 0 || question->address < start || question->address >= end)
        return 0;
    *question->found = {};
    question->found->dlfo_map_start = (void *)start;
    question->found->dlfo_map_end = (void *)end;
    question->found->dlfo_eh_frame = (void *)tables;
    return 1;
}

extern "C" int _dl_find_object(void *address, struct dl_find_object *found) noexcept {
    question question = {(ElfW(Addr))address, found};
    return dl_iterate_phdr(look, &question) == 1 ? 0 : -1;
}

// Of libgcc_s's own, in versions that musl passes over; nobody asks for them.
extern "C" {
unsigned __cpu_model[4];
int __cpu_indicator_init() {
    return 0;
}
}
