#include "command/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- what terminals and quoting add ----------------------------------------------------------- */

/* The length of an order to a terminal at `text` (ISO 6429: CSI, OSC, and two bytes), 0 for none.
 */
static size_t order_length(const char *text) {
    if (text[0] != '\033')
        return 0;
    if (text[1] == '[') {
        size_t length = 2 + strspn(text + 2, "0123456789;:?<=>!\"#$%&'()*+,-./ ");
        return length + (text[length] != '\0');
    }
    if (text[1] == ']') {
        size_t length = strcspn(text, "\a");
        const char *end = strstr(text + 1, "\033\\");
        if (end != NULL && (size_t)(end - text) < length)
            return (size_t)(end - text) + 2;
        return length + (text[length] == '\a');
    }
    return text[1] != '\0' ? 2 : 1;
}

/* A colour whose escape was lost, or became text, on its way: "[31m", "\u001b[31m", "^[[31m". */
static size_t colour_length(const char *text) {
    static const char *const escapes[] = {"\\u001b", "\\x1b", "\\033", "\\e", "^[", "#033", ""};
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        size_t before = strlen(escapes[i]);
        if (strncasecmp(text, escapes[i], before) != 0 || text[before] != '[')
            continue;
        size_t digits = strspn(text + before + 1, "0123456789;");
        if (digits > 0 && text[before + 1 + digits] == 'm')
            return before + digits + 2;
    }
    return 0;
}

/* coreutils' quotes in a locale of UTF-8, and typographic ones, each of three bytes. */
static bool is_curly_quote(const char *text) {
    static const char *const quotes[] = {"‘", "’", "“", "”"};
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (strncmp(text, quotes[i], 3) == 0)
            return true;
    return false;
}

/* A quote as a page of HTML or a quoted text has it: its length, and the character in `*quote`. */
static size_t quote_length(const char *text, char *quote) {
    static const struct {
        const char *text;
        char quote;
    } forms[] = {{"&quot;", '"'},  {"&#34;", '"'}, {"&#39;", '\''}, {"&#x27;", '\''},
                 {"&apos;", '\''}, {"\\\"", '"'},  {"\\'", '\''}};
    *quote = '\'';
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strncasecmp(text, forms[i].text, strlen(forms[i].text)) == 0) {
            *quote = forms[i].quote;
            return strlen(forms[i].text);
        }
    return is_curly_quote(text) ? 3 : 0;
}

static bool say_plainly(char *text, bool (*say)(const char *text)) {
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        size_t order = order_length(from);
        if (order == 0)
            order = colour_length(from);
        char quote;
        size_t quoted = order > 0 ? 0 : quote_length(from, &quote);
        if (quoted > 0)
            *to++ = quote;
        else if (order == 0 && *from != '\r')
            *to++ = *from;
        from += order + quoted > 0 ? order + quoted : 1;
    }
    *to = '\0';
    return *text != '\0' && say(text);
}

/* --- JSON (RFC 8259) -------------------------------------------------------------------------- */

/* Behind the string that begins at the quote `text`; at the NUL where it was cut off. */
static char *string_end(char *text) {
    for (text++; *text != '\0' && *text != '"'; text++)
        if (*text == '\\' && text[1] != '\0')
            text++;
    return text;
}

/* An object's beginning in `line`, or NULL: a brace, and a name with a colon behind it. */
static char *find_object(char *line) {
    for (char *brace = line; (brace = strchr(brace, '{')) != NULL; brace++) {
        char *name = brace + 1 + strspn(brace + 1, " \t");
        if (*name != '"')
            continue;
        char *end = string_end(name);
        if (*end == '"' && end[1 + strspn(end + 1, " \t")] == ':')
            return brace;
    }
    return NULL;
}

/* Four hexadecimal digits, or -1. */
static long code_unit(const char *digits) {
    char copy[5] = {0};
    memcpy(copy, digits, strnlen(digits, 4));
    return strspn(copy, "0123456789abcdefABCDEF") == 4 ? strtol(copy, NULL, 16) : -1;
}

/* In UTF-8 at `to`; half of a pair becomes a question mark. How many bytes. */
static size_t put_character(char *to, long unit) {
    if (unit < 0x80) {
        *to = (char)(unit == 0 ? ' ' : unit);
        return 1;
    }
    if (unit < 0x800) {
        to[0] = (char)(0xc0 | unit >> 6);
        to[1] = (char)(0x80 | (unit & 0x3f));
        return 2;
    }
    if (unit >= 0xd800 && unit < 0xe000) {
        *to = '?';
        return 1;
    }
    to[0] = (char)(0xe0 | unit >> 12);
    to[1] = (char)(0x80 | (unit >> 6 & 0x3f));
    to[2] = (char)(0x80 | (unit & 0x3f));
    return 3;
}

/* In place: what is decoded is never longer. */
static void decode(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        static const char names[] = "bfnrt", characters[] = "\b\f\n\r\t";
        const char *name;
        long unit;
        if (*from != '\\' || from[1] == '\0') {
            *to++ = *from++;
        } else if (from[1] == 'u' && (unit = code_unit(from + 2)) >= 0) {
            to += put_character(to, unit);
            from += 6;
        } else {
            name = strchr(names, from[1]);
            *to++ = name != NULL ? characters[name - names] : from[1];
            from += 2;
        }
    }
    *to = '\0';
}

/* An object in a string of an object, as the engine's log has the program's: as deep as that. */
enum { DEPTH_MOST = 4 };

static bool say_text(char *text, bool (*say)(const char *text), int depth);

static bool say_strings(char *text, bool (*say)(const char *text), int depth) {
    bool said = false;
    while ((text = strchr(text, '"')) != NULL) {
        char *string = text + 1;
        char *end = string_end(text);
        bool last = *end == '\0';
        *end = '\0';
        decode(string);
        said = say_text(string, say, depth) || said;
        if (last)
            break;
        text = end + 1;
    }
    return said;
}

static bool say_text(char *text, bool (*say)(const char *text), int depth) {
    bool said = false;
    for (char *line; (line = strsep(&text, "\n")) != NULL;) {
        char *object = depth < DEPTH_MOST ? find_object(line) : NULL;
        if (object != NULL)
            *object = '\0';
        said = say_plainly(line, say) || said;
        if (object != NULL)
            said = say_strings(object + 1, say, depth + 1) || said;
    }
    return said;
}

bool lines_each(char *line, bool (*say)(const char *text)) {
    return say_text(line, say, 0);
}

/* --- addresses -------------------------------------------------------------------------------- */

static const char separators[] = " \t\"'`,;()<>=/|";
static const char digits[] = "0123456789";

static bool is_number(const char *text, size_t length) {
    return length > 0 && length <= 5 && strspn(text, digits) >= length;
}

static bool is_ipv4(const char *text, size_t length) {
    unsigned dots = 0;
    for (size_t i = 0; i < length; i++)
        dots += text[i] == '.';
    return dots == 3 && isdigit((unsigned char)*text) && strspn(text, "0123456789.") >= length;
}

static bool is_word(const char *text, size_t length, const char *word) {
    return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

/* Not a time of day, which has colons, too. */
static bool is_ipv6(const char *text, size_t length) {
    return strspn(text, "0123456789abcdefABCDEF:[].%") >= length &&
           (memmem(text, length, "::", 2) != NULL || text[length - 1] == ']');
}

static bool is_host(const char *text, size_t length) {
    if (length > 0 && *text == '[' && is_ipv4(text + 1, length - 1))
        return true;
    return length == 0 || is_ipv4(text, length) || is_ipv6(text, length) ||
           is_word(text, length, "*") || is_word(text, length, "localhost");
}

/* "host:port", of a host that is an address: a name could be a file's, with a line's number. */
static bool is_address(const char *text, size_t length) {
    size_t host = length;
    while (host > 0 && isdigit((unsigned char)text[host - 1]))
        host--;
    return host > 0 && text[host - 1] == ':' && is_number(text + host, length - host) &&
           is_host(text, host - 1);
}

static bool names_socket(const char *line) {
    for (const char *sock = line; (sock = strcasestr(sock, ".sock")) != NULL; sock++)
        if (!isalnum((unsigned char)sock[5]))
            return true;
    return strcasestr(line, "unix:") != NULL || strcasestr(line, " unix ") != NULL ||
           strcasestr(line, "unix socket") != NULL || strstr(line, ".s.PGSQL") != NULL;
}

bool lines_name_port(const char *line) {
    bool expected = false; /* the word before is "port", or an address without one */
    if (names_socket(line))
        return false;
    for (line += strspn(line, separators); *line != '\0'; line += strspn(line, separators)) {
        size_t whole = strcspn(line, separators);
        size_t length = whole;
        while (length > 0 && strchr(":.-]", line[length - 1]) != NULL)
            length--;
        if (is_address(line, length) || (expected && is_number(line, length)) ||
            is_word(line, length, "tcp") || is_word(line, length, "udp"))
            return true;
        expected = is_word(line, length, "port") || is_ipv4(line, length) ||
                   is_word(line, length, "localhost");
        line += whole;
    }
    return false;
}
