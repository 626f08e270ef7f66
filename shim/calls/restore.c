#include "calls/restore.h"

#include <string.h>

#include "core/errno_now.h"

/*
 * What lies in the caller's frames, where nearly all does, can be written. For the rest the kernel
 * is asked: getrandom(2) writes as many bytes, where the name then takes their place.
 */
bool copy_out(void *to, const void *from, size_t size) {
    if (size == 0)
        return true;
    if (!pointer_in_frames(to)) {
        ssize_t written = kernel_getrandom(to, size);
        if (written == -EFAULT || (written >= 0 && (size_t)written < size)) {
            errno = EFAULT;
            return false;
        }
    }
    memcpy(to, from, size);
    return true;
}

bool name_hand_over(struct whole_name *whole, struct sockaddr *address, socklen_t capacity,
                    socklen_t *length) {
    if (name_private((struct sockaddr *)&whole->address, sizeof whole->address, whole->length))
        names_restore((struct sockaddr *)&whole->address, sizeof whole->address, &whole->length);
    return copy_out(address, &whole->address,
                    whole->length < capacity ? whole->length : capacity) &&
           copy_out(length, &whole->length, sizeof *length);
}

int restore_whole_name(name_query *query, int fd, struct sockaddr *address, socklen_t capacity,
                       socklen_t *length) {
    struct whole_name whole = WHOLE_NAME;
    if (query(fd, (struct sockaddr *)&whole.address, &whole.length) != 0)
        return -1;
    return name_hand_over(&whole, address, capacity, length) ? 0 : -1;
}
