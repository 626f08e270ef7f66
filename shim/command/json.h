/* What the command prints for programs. */
#ifndef QLSHIM_COMMAND_JSON_H
#define QLSHIM_COMMAND_JSON_H

#include <stdbool.h>

/* To standard output, a JSON string (RFC 8259). What is no UTF-8 becomes U+FFFD. */
void json_print_string(const char *string);

/* Whether JSON can hold the string as it is: UTF-8. A path may be any bytes. */
bool json_holds(const char *string);

#endif
