#include "core/descriptor.h"

#include "core/text.h"

void descriptor_path(int fd, char path[DESCRIPTOR_PATH_SIZE]) {
    struct text text = text_in(path, DESCRIPTOR_PATH_SIZE);
    text_append(&text, "/proc/self/fd/");
    text_append_number(&text, (uint64_t)fd);
}
