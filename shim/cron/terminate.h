#ifndef QLSHIM_CRON_TERMINATE_H
#define QLSHIM_CRON_TERMINATE_H

/*
 * Makes SIGTERM end a cron daemon that is process 1, as it ends any other: to process 1 the kernel
 * delivers no signal that it has no handler for (kill(2)), so `docker stop` would wait in vain. To
 * call at load; a handler of the daemon's own replaces this one.
 */
void cron_end_on_sigterm(void);

#endif
