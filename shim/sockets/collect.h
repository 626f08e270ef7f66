#ifndef QLSHIM_SOCKETS_COLLECT_H
#define QLSHIM_SOCKETS_COLLECT_H

#pragma GCC visibility push(hidden)

/*
 * Removes dead sockets, and the records of sockets that are gone, from the private folder. A socket
 * is dead when no process has it bound any more; one that is bound but does not listen yet lives.
 * Looks at a bounded number of entries a call and goes on behind them at the next, so that a
 * redirect costs the same among ten sockets and ten thousand. Safe in threads.
 */
void collect_some(const char *folder);

/*
 * As collect_some, but looks at every entry of what `directory` has open to be read. Takes as long
 * as there are entries. Nothing is named by the folder's path, which may be another user's to
 * exchange: root would remove a third one's sockets.
 */
void collect_all(int directory);

/*
 * The socket at `address` in the private folder was bound by this process just now: collect_some
 * looks at it soon, and removes it if it is dead then, however young. A process that binds ten
 * thousand a second leaves more than are met otherwise. Safe in threads.
 */
void collect_later(const char *address);

#pragma GCC visibility pop

#endif
