/*
 * Whom a marker speaks for: only a socket of its own owner's (marker_find). Where the volume shows
 * another owner of what one makes, the maker has recorded beside the socket whom it shows.
 */
#ifndef QLSHIM_SOCKETS_VOUCH_H
#define QLSHIM_SOCKETS_VOUCH_H

#include "sockets/marker.h"

#pragma GCC visibility push(hidden)

/*
 * Records whom the volume shows as the owner of the file marker for `address` that `fd` has open,
 * where that is not the user who has made it. By its path it may be a neighbour's by now.
 */
void vouch_for_file(int fd, const char *address);

/*
 * The same for a link, of which no descriptor tells that it is the one that was made: for it speaks
 * a file beside it, where the owner that is shown is neither the user nor root.
 */
void vouch_for_link(int directory, const char *path, const char *address);

/*
 * 0 where the marker, whose status and address are known, speaks for what is at its address, which
 * is looked at here; -ENOENT where it does not, or why that could not be found out.
 */
int vouch_check(struct marker *marker, const struct private_address *parts);

/*
 * Whether what lies in the folder of `address` may be looked at where nobody has asked to be led
 * there, as with lstat(2): in the places where private folders are. Elsewhere may be a volume that
 * does not answer; also by one's own marker and root's, which may be a copy of a neighbour's link.
 */
bool vouch_may_look(const struct marker *marker);

/*
 * As vouch_check, where it may not be looked at: a file of one's own is as without its socket. A
 * link is a link: whoever takes it for a socket would follow it (ls -l, by getxattr(2)).
 */
int vouch_unseen(struct marker *marker);

#pragma GCC visibility pop

#endif
