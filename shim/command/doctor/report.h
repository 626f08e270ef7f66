/* What doctor found, told line by line or as JSON. */
#ifndef QLSHIM_COMMAND_DOCTOR_REPORT_H
#define QLSHIM_COMMAND_DOCTOR_REPORT_H

#include <stdbool.h>

enum finding_status {
    FINDING_FINE,        /* works, with and without the shim */
    FINDING_MENDED,      /* fails without the shim, works with it */
    FINDING_NOTE,        /* worth knowing */
    FINDING_NEEDS_READER /* fails, and the shim cannot help */
};

enum { DETAILS_MOST = 8 };

struct detail {
    const char *name;
    const char *value;
};

struct finding {
    const char *area;
    enum finding_status status;
    const char *subject; /* a path, a variable, a uid */
    const char *fact;    /* what was found */
    const char *message; /* what programs would say without the shim; NULL */
    const char *remedy;  /* what the shim does about it, or what the reader must do; NULL */
    struct detail details[DETAILS_MOST]; /* for JSON; the first without a name ends them */
};

/* Starts the report, as JSON (docs/doctor.md has the schema) or as lines for a reader. */
void report_begin(bool json);
void report(const struct finding *finding);
/* Ends it; returns whether something needs the reader. */
bool report_end(void);

/* As asprintf(3). A report is short: nothing of it is freed before the end. */
const char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
