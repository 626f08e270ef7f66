/*
 * The doors of syslog(3): where there is no /dev/log, a cron program's diagnostics go to standard
 * error, so that nothing is silent. In all other programs they pass.
 */
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "core/by_table.h"
#include "core/kernel.h"
#include "core/next.h"
#include "core/text.h"
#include "cron/diagnostics.h"
#include "cron/program.h"

/* What programs built with _FORTIFY_SOURCE call instead (glibc, misc/syslog.c). */
void __syslog_chk(int priority, int flag, const char *format, ...);
void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments);

BY_TABLE(vsnprintf);

static void say(int priority, const char *format, va_list arguments) {
    char message[900];
    vsnprintf(message, sizeof message, format, arguments);
    cron_diagnose(priority, message);
}

DOOR void openlog(const char *name, int options, int facility) {
    cron_name_diagnostics(name);
    NEXT(openlog)(name, options, facility);
}

DOOR void vsyslog(int priority, const char *format, va_list arguments) {
    if (cron_diagnostics_wanted())
        say(priority, format, arguments);
    else
        NEXT(vsyslog)(priority, format, arguments);
}

DOOR void syslog(int priority, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}

DOOR void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments) {
    if (cron_diagnostics_wanted())
        say(priority, format, arguments);
    else
        NEXT(__vsyslog_chk)(priority, flag, format, arguments);
}

DOOR void __syslog_chk(int priority, int flag, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    __vsyslog_chk(priority, flag, format, arguments);
    va_end(arguments);
}
