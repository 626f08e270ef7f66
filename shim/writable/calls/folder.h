#ifndef QLSHIM_WRITABLE_CALLS_FOLDER_H
#define QLSHIM_WRITABLE_CALLS_FOLDER_H

/* Notes whether the current folder is in a view. */
void current_look(void);

/* What getdents64(2) wrote, with the types of farm links put right. */
void entries_show(int fd, void *buffer, long size);

#endif
