#include "command/json.h"

#include <stdio.h>

#include "command/plain.h"

bool json_holds(const char *string) {
    const unsigned char *text = (const unsigned char *)string;
    unsigned length = 1;
    while (*text != '\0' && (length = plain_character(text)) != 0)
        text += length;
    return length != 0;
}

void json_print_string(const char *string) {
    const unsigned char *text = (const unsigned char *)string;
    putchar('"');
    while (*text != '\0') {
        unsigned length = plain_character(text);
        if (length == 0)
            fputs("\\ufffd", stdout);
        else if (*text < ' ' || *text == 0x7f)
            printf("\\u%04x", *text);
        else if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else
            fwrite(text, 1, length, stdout);
        text += length == 0 ? 1 : length;
    }
    putchar('"');
}
