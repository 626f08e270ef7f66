#include "core/table.h"

static bool taken;

bool table_try_lock(void) {
    return !__atomic_exchange_n(&taken, true, __ATOMIC_ACQUIRE);
}

void table_unlock(void) {
    __atomic_store_n(&taken, false, __ATOMIC_RELEASE);
}
