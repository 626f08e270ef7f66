#ifndef QLSHIM_COMMAND_REGULAR_H
#define QLSHIM_COMMAND_REGULAR_H

/*
 * Opens a file to read it: -1 with errno where it is none, EINVAL where it is another thing. Names
 * come from what anybody may have written, and to open a FIFO or a device waits, or does something.
 */
int open_regular(const char *path);

#endif
