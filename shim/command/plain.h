/* A stranger's text, paths and lines of logs, on somebody's terminal. */
#ifndef QLSHIM_COMMAND_PLAIN_H
#define QLSHIM_COMMAND_PLAIN_H

/*
 * To standard output, with a question mark for each control character and for each byte that is no
 * part of a character: either may be an order to the terminal.
 */
void plain_print(const char *string);

/* The bytes of one UTF-8 character at `text` (RFC 3629), 0 where there is none. */
unsigned plain_character(const unsigned char *text);

#endif
