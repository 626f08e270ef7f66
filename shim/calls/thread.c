/* The door of pthread_create(3): before there is a second thread, everything is looked up. */
#include <pthread.h>
#include <stdbool.h>

#include "core/next.h"

DOOR int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                        void *(*start)(void *), void *restrict argument) {
    static bool filled;
    if (!__atomic_exchange_n(&filled, true, __ATOMIC_RELAXED))
        next_fill_all();
    return NEXT(pthread_create)(thread, attributes, start, argument);
}
