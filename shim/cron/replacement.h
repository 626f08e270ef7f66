#ifndef QLSHIM_CRON_REPLACEMENT_H
#define QLSHIM_CRON_REPLACEMENT_H

/*
 * Whether the file that crontab is about to rename into place could be written to its end: 0, or
 * the negative error that kept it from that. Asks only of what busybox's crontab wrote.
 */
int cron_replacement_error(const char *path);

#endif
