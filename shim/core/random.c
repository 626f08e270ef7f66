#include "core/random.h"

#include "core/kernel.h"

bool random_number(uint64_t *number) {
    if (kernel_getrandom(number, sizeof *number) == (ssize_t)sizeof *number)
        return true;
    int fd = kernel_open("/dev/urandom", O_RDONLY | O_NOFOLLOW, 0); /* before Linux 3.17 */
    ssize_t size = fd < 0 ? fd : kernel_read(fd, number, sizeof *number);
    if (fd >= 0)
        kernel_close(fd);
    return size == (ssize_t)sizeof *number;
}
