#ifndef QLSHIM_SOCKETS_COLLECT_H
#define QLSHIM_SOCKETS_COLLECT_H

/*
 * Removes dead sockets, and the records of sockets that are gone, from the private folder. A socket
 * is dead when no process has it bound any more; one that is bound but does not listen yet lives.
 * Looks at a bounded number of entries a call and goes on behind them at the next, so that a
 * redirect costs the same among ten sockets and ten thousand. Safe in threads.
 */
void collect_some(const char *folder);

/* As collect_some, but looks at every entry. Takes as long as there are entries. */
void collect_all(const char *folder);

#endif
