/*
 * The settings: QLSHIM_* variables of the environment, read once, at load. Nothing is read again
 * later: getenv(3) in every call would cost, and programs that set a process title (nginx, redis,
 * Postgres) overwrite the memory that the strings lived in, so what is kept is copied.
 */
#ifndef QLSHIM_CORE_SETTINGS_H
#define QLSHIM_CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/own.h"

enum sockets_mode {
    SOCKETS_AUTO,   /* redirect where a trial shows that the volume refuses sockets */
    SOCKETS_ALWAYS, /* redirect every pathname socket */
    SOCKETS_OFF     /* leave sockets alone */
};

/*
 * The longest folder of the redirected sockets: with "/.qlshim-4294967295-00000000/", 16 digits and
 * a NUL it still fits the 108 bytes of sun_path (unix(7)).
 */
enum { TMPDIR_LONGEST = 60 };

/* The longest login name that useradd(8) takes, and the longest home and shell that the shim keeps.
 */
enum { USER_NAME_LONGEST = 32, FOLDER_LONGEST = 255 };

struct settings {
    /* False before the load, under QLSHIM_DISABLE=1 and in secure mode: every door just passes. */
    bool active;
    enum sockets_mode sockets;
    char tmpdir[TMPDIR_LONGEST + 1];      /* QLSHIM_TMPDIR; "" where it was not set: /tmp */
    char runtime_dir[TMPDIR_LONGEST + 1]; /* XDG_RUNTIME_DIR; "" where unset or unusable */
    char log_file[FOLDER_LONGEST + 1];
    char user[USER_NAME_LONGEST + 1]; /* QLSHIM_USER; "" where it was not set, or no user name */
    char home[FOLDER_LONGEST + 1];    /* QLSHIM_HOME; "" likewise */
    char shell[FOLDER_LONGEST + 1];   /* QLSHIM_SHELL; "" likewise */
    char state[FOLDER_LONGEST + 1];   /* QLSHIM_STATE; "" likewise */
    bool cron_off;                    /* QLSHIM_CRON=off */
    bool writable;                    /* QLSHIM_WRITABLE names something: libqlshim-writable.so's */
};

/* Written by settings_load only: constant, so safe to read anywhere. */
extern OWN struct settings settings;

/*
 * Reads the settings from `environment` (NAME=value strings, NULL at the end; nothing of it is
 * kept) and opens the log. A bad value is named in one log line and its default stands. In `secure`
 * mode (AT_SECURE, getauxval(3)) nothing is read and the shim stays inactive. For use before there
 * are threads.
 */
void settings_load(char *const environment[], bool secure);

/*
 * Whether `name` can be a user's: 1 to 32 bytes, none of them a control character, a space, a colon
 * or a slash, and no dash in front.
 */
bool settings_user_name_valid(const char *name);

/* The value in an entry "NAME=value" of the environment, or NULL where the name is another. */
const char *settings_value(const char *entry, const char *name);

/* The value of a variable in `environ` as it is now, or NULL. Takes no lock: safe after vfork. */
const char *settings_variable(const char *name);

#endif
