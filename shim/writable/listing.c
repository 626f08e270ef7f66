#include "writable/listing.h"

#include <string.h>

#include "core/kernel.h"
#include "core/text.h"

/*
 * Pages of their own: this, a table of places by the name's hash, and the entries as getdents64(2)
 * wrote them. An entry has 24 bytes at least and a place 4, so with a place for each 16 bytes the
 * table is half full at most.
 */
struct listing {
    uint32_t size;   /* of all the pages */
    uint32_t places; /* a power of two */
    uint32_t place[];
};

enum { SMALLEST = 16 * 1024, LARGEST = 64 * 1024 * 1024, LONGEST_ENTRY = 24 + 256 };

/* One of the smallest is kept: most folders are small, and pages are dear. */
static struct listing *spare;

static struct listing *listing_new(uint32_t size) {
    struct listing *listing =
        size == SMALLEST ? __atomic_exchange_n(&spare, NULL, __ATOMIC_ACQ_REL) : NULL;
    if (listing == NULL)
        listing = kernel_pages(size);
    if (listing == NULL)
        return NULL;
    listing->size = size;
    listing->places = size / 16;
    memset(listing->place, 0, listing->places * sizeof listing->place[0]);
    return listing;
}

void listing_release(struct listing *listing) {
    if (listing != NULL && listing->size == SMALLEST)
        listing = __atomic_exchange_n(&spare, listing, __ATOMIC_ACQ_REL);
    if (listing != NULL)
        kernel_release(listing, listing->size);
}

static uint32_t first_entry(const struct listing *listing) {
    return (uint32_t)(sizeof *listing + listing->places * sizeof listing->place[0]);
}

static struct entry *entry_at(const struct listing *listing, uint32_t place) {
    return (struct entry *)(void *)((char *)(uintptr_t)listing + place);
}

static uint32_t next_place(const struct listing *listing, uint32_t place) {
    return (place + 1) & (listing->places - 1);
}

static uint32_t place_of(const struct listing *listing, const char *name) {
    return (uint32_t)upper_hash(name) & (listing->places - 1);
}

/* 1 where there is no room for all. */
static int fill(struct listing *listing, int fd) {
    uint32_t filled = first_entry(listing);
    for (;;) {
        if (listing->size - filled < LONGEST_ENTRY)
            return 1;
        ssize_t part = kernel_getdents(fd, (char *)listing + filled, listing->size - filled);
        if (part <= 0)
            return (int)part;
        for (uint32_t end = filled + (uint32_t)part; filled < end;) {
            const struct entry *entry = entry_at(listing, filled);
            uint32_t place = place_of(listing, entry->name);
            while (listing->place[place] != 0)
                place = next_place(listing, place);
            listing->place[place] = filled;
            filled += entry->reclen;
        }
    }
}

static struct listing *read_all(int fd) {
    for (uint32_t size = SMALLEST; size <= LARGEST; size *= 4) {
        struct listing *listing = listing_new(size);
        int error = listing != NULL ? fill(listing, fd) : -ENOMEM;
        if (error == 0)
            return listing;
        if (listing != NULL)
            listing_release(listing);
        if (error < 0 || kernel_seek(fd, 0, SEEK_SET) != 0)
            return NULL;
    }
    return NULL;
}

struct listing *listing_read(const char *folder) {
    int fd = kernel_open(folder, O_RDONLY | O_DIRECTORY, 0);
    struct listing *listing = fd >= 0 ? read_all(fd) : NULL;
    if (fd >= 0)
        kernel_close(fd);
    return listing;
}

const struct entry *listing_find(const struct listing *listing, const char *name) {
    uint32_t place = place_of(listing, name);
    for (; listing->place[place] != 0; place = next_place(listing, place))
        if (text_equal(entry_at(listing, listing->place[place])->name, name))
            return entry_at(listing, listing->place[place]);
    return NULL;
}
