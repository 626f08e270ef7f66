#ifndef QLSHIM_EXEC_SECOND_H
#define QLSHIM_EXEC_SECOND_H

/*
 * The first program of a container has only libqlshim.so preloaded, and QLSHIM_WRITABLE set: it is
 * executed again, with libqlshim-writable.so, which lies beside `own_path`, before the other in
 * LD_PRELOAD. Returns where that is not wanted, where LD_PRELOAD names it already, or after a line
 * that says why it cannot be. For use at load.
 */
void second_load(char *const environment[], const char *(*find_own_path)(void),
                 const char *executed);

#endif
