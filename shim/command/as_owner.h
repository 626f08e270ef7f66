/* root looks at what is another's: with that user's rights, and not for ever. */
#ifndef QLSHIM_COMMAND_AS_OWNER_H
#define QLSHIM_COMMAND_AS_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Has `work` print what it finds at `path`, in a process that opens and looks up files with the
 * rights of `owner` and nobody's groups: he may exchange what lies there as it is looked at, and
 * leads it nowhere that he may not go himself. He can hold it up (a volume that does not answer,
 * named in what he wrote; a process of his whose memory lies on one), so a few seconds are all that
 * such looks have together. False where not all was said.
 */
bool as_owner(uid_t owner, void (*work)(const char *path), const char *path);

#endif
