#ifndef QLSHIM_CORE_DESCRIPTOR_H
#define QLSHIM_CORE_DESCRIPTOR_H

enum { DESCRIPTOR_PATH_SIZE = sizeof "/proc/self/fd/2147483647" };

/*
 * A path to what `fd` has open (proc(5), /proc/pid/fd), for calls that take no O_PATH descriptor.
 * Where /proc is not mounted there is nothing (ENOENT).
 */
void descriptor_path(int fd, char path[DESCRIPTOR_PATH_SIZE]);

#endif
