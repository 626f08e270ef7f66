#ifndef QLSHIM_CORE_OBJECT_H
#define QLSHIM_CORE_OBJECT_H

#include <stdbool.h>

/*
 * Whether two addresses lie in one loaded object. dladdr(3) would tell, too, but looks through all
 * of the object's symbols for each: some thirty microseconds in libc.
 */
bool same_object(const void *left, const void *right);

#endif
