#include "core/stat_layouts.h"

#if __SIZEOF_LONG__ == 4
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

/* A table of where they lie: a function for each pair of forms would be two kilobytes. */
struct layout {
    uint8_t size;
    struct {
        uint8_t offset;
        uint8_t size;
    } members[STAT_ALL];
};

#define MEMBER(type, member)                                                                       \
    { offsetof(type, member), sizeof((type *)NULL)->member }
#define LAYOUT(type)                                                                               \
    {                                                                                              \
        sizeof(type), {                                                                            \
            MEMBER(type, st_mode), MEMBER(type, st_size), MEMBER(type, st_dev),                    \
                MEMBER(type, st_nlink), MEMBER(type, st_uid), MEMBER(type, st_gid),                \
                MEMBER(type, st_blksize), MEMBER(type, st_blocks), MEMBER(type, st_ino),           \
                MEMBER(type, st_rdev), MEMBER(type, st_atim.tv_sec),                               \
                MEMBER(type, st_atim.tv_nsec), MEMBER(type, st_mtim.tv_sec),                       \
                MEMBER(type, st_mtim.tv_nsec), MEMBER(type, st_ctim.tv_sec),                       \
                MEMBER(type, st_ctim.tv_nsec)                                                      \
        }                                                                                          \
    }

static const struct layout layouts[] = {
    [STAT_OWN] = LAYOUT(struct stat),
    [STAT_WIDE] = LAYOUT(struct kernel_stat64),
    [STAT_PLAIN] = LAYOUT(struct stat_plain),
    [STAT_MUSL] = LAYOUT(struct stat_musl),
};

/* Little endian, as these machines are: a narrower member is the first bytes of a wider. None is
 * negative. */
void stat_copy(void *to, enum stat_form to_form, const void *from, enum stat_form from_form,
               enum stat_members members) {
    const struct layout *source = &layouts[from_form];
    const struct layout *target = &layouts[to_form];
    if (members == STAT_ALL)
        memset(to, 0, target->size);
    for (unsigned i = 0; i < members; i++) {
        uint64_t value = 0;
        memcpy(&value, (const char *)from + source->members[i].offset, source->members[i].size);
        memcpy((char *)to + target->members[i].offset, &value, target->members[i].size);
    }
}
#endif
