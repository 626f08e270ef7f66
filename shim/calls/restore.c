#include "calls/restore.h"

#include <string.h>

void restore_whole_name(name_query *query, int fd, struct sockaddr *address, socklen_t capacity,
                        socklen_t *length) {
    struct sockaddr_un whole;
    socklen_t whole_length = sizeof whole;
    if (*length <= capacity) {
        names_restore(address, capacity, length);
        return;
    }
    if (query(fd, (struct sockaddr *)&whole, &whole_length) != 0)
        return;
    names_restore((struct sockaddr *)&whole, sizeof whole, &whole_length);
    memcpy(address, &whole, capacity < sizeof whole ? capacity : sizeof whole);
    *length = whole_length;
}
