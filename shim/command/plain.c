#include "command/plain.h"

#include <stdbool.h>
#include <stdio.h>

unsigned plain_character(const unsigned char *text) {
    unsigned length = text[0] < 0x80   ? 1
                      : text[0] < 0xc2 ? 0
                      : text[0] < 0xe0 ? 2
                      : text[0] < 0xf0 ? 3
                      : text[0] < 0xf5 ? 4
                                       : 0;
    for (unsigned i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool beyond = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
    return overlong || beyond ? 0 : length;
}

/* Those of ISO 6429: below the space, and from U+0080 to U+009F, which terminals obey as well. */
static bool is_control(const unsigned char *text) {
    return *text < ' ' || *text == 0x7f || (text[0] == 0xc2 && text[1] < 0xa0);
}

void plain_print(const char *string) {
    const unsigned char *text = (const unsigned char *)string;
    while (*text != '\0') {
        unsigned length = plain_character(text);
        if (length == 0 || is_control(text))
            putchar('?');
        else
            fwrite(text, 1, length, stdout);
        text += length == 0 ? 1 : length;
    }
}
