#include "command/doctor/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/json.h"
#include "command/plain.h"

enum { SCHEMA = 1 };

static bool as_json;
static unsigned findings;
static unsigned for_reader;

static const char *const status_names[] = {"fine", "mended", "note", "needs-reader"};

const char *text_of(const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length < 0 ? "(out of memory)" : text;
}

static void print_member(const char *name, const char *value) {
    printf(", \"%s\": ", name);
    if (value == NULL)
        fputs("null", stdout);
    else
        json_print_string(value);
}

static void report_json(const struct finding *finding) {
    printf("%s\n    {\"area\": \"%s\"", findings == 0 ? "" : ",", finding->area);
    print_member("status", status_names[finding->status]);
    print_member("subject", finding->subject);
    print_member("fact", finding->fact);
    print_member("message", finding->message);
    print_member("remedy", finding->remedy);
    fputs(", \"details\": {", stdout);
    for (unsigned i = 0; i < DETAILS_MOST && finding->details[i].name != NULL; i++) {
        printf("%s\"%s\": ", i == 0 ? "" : ", ", finding->details[i].name);
        json_print_string(finding->details[i].value);
    }
    fputs("}}", stdout);
}

static void print_line(const char *label, const char *text) {
    if (text == NULL)
        return;
    printf("           %s", label);
    plain_print(text);
    putchar('\n');
}

static void report_text(const struct finding *finding) {
    static const char *const words[] = {"fine", "mended", "note", "YOU"};
    static const char *const message_labels[] = {"", "without: ", "says: ", "says: "};
    static const char *const remedy_labels[] = {"", "qlshim: ", "", "do: "};
    static const char *area = "";
    if (strcmp(area, finding->area) != 0) {
        printf("%s%s\n", *area == '\0' ? "" : "\n", finding->area);
        area = finding->area;
    }
    printf("  %-7s  ", words[finding->status]);
    plain_print(finding->subject);
    fputs(": ", stdout);
    plain_print(finding->fact);
    putchar('\n');
    print_line(message_labels[finding->status], finding->message);
    print_line(remedy_labels[finding->status], finding->remedy);
}

void report_begin(bool json) {
    as_json = json;
    if (json)
        printf("{\"schema\": %d, \"version\": \"%s\", \"findings\": [", SCHEMA, QLSHIM_VERSION);
}

void report(const struct finding *finding) {
    if (as_json)
        report_json(finding);
    else
        report_text(finding);
    findings++;
    for_reader += finding->status == FINDING_NEEDS_READER;
}

bool report_end(void) {
    if (as_json)
        printf("\n], \"needs_reader\": %s}\n", for_reader > 0 ? "true" : "false");
    else if (for_reader == 0)
        puts("\nAll is fine, or mended where libqlshim.so is preloaded.");
    else
        printf("\n%u %s you: see the lines marked YOU.\n", for_reader,
               for_reader == 1 ? "thing needs" : "things need");
    return for_reader > 0;
}
