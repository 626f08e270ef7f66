#include "core/errno_now.h"

long errno_offset;

void errno_find(void) {
    errno_offset = (const char *)&errno - (const char *)thread_pointer();
}
