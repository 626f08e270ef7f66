#include "cron/terminate.h"

#include <signal.h>
#include <unistd.h>

#include "core/kernel.h"

static void end(int number) {
    _exit(128 + number);
}

void cron_end_on_sigterm(void) {
    const struct sigaction action = {.sa_handler = end};
    if (kernel_getpid() == 1)
        sigaction(SIGTERM, &action, NULL);
}
