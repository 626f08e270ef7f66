#include "core/settings.h"

#include <unistd.h>

#include "core/log.h"
#include "core/text.h"

struct settings settings;

/* The variables as found in the environment, NULL where they are not set. */
struct values {
    const char *disable;
    const char *log;
    const char *log_file;
    const char *sockets;
    const char *tmpdir;
    const char *runtime_dir;
    const char *user;
    const char *home;
    const char *shell;
    const char *state;
    const char *cron;
    const char *writable;
};

const char *settings_value(const char *entry, const char *name) {
    while (*name != '\0' && *entry == *name) {
        entry++;
        name++;
    }
    return *name == '\0' && *entry == '=' ? entry + 1 : NULL;
}

const char *settings_variable(const char *name) {
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        const char *value = settings_value(*entry, name);
        if (value != NULL)
            return value;
    }
    return NULL;
}

/* Of an entry that stands twice the first counts, as with getenv(3). */
static void note(const char **value, const char *entry, const char *name) {
    if (*value == NULL)
        *value = settings_value(entry, name);
}

static struct values find_values(char *const environment[]) {
    struct values values = {0};
    for (; *environment != NULL; environment++) {
        const char *entry = *environment;
        if (entry[0] == 'X' && entry[1] == 'D')
            note(&values.runtime_dir, entry, "XDG_RUNTIME_DIR");
        if (entry[0] != 'Q' || entry[1] != 'L')
            continue;
        note(&values.disable, entry, "QLSHIM_DISABLE");
        note(&values.log, entry, "QLSHIM_LOG");
        note(&values.log_file, entry, "QLSHIM_LOG_FILE");
        note(&values.sockets, entry, "QLSHIM_SOCKETS");
        note(&values.tmpdir, entry, "QLSHIM_TMPDIR");
        note(&values.user, entry, "QLSHIM_USER");
        note(&values.home, entry, "QLSHIM_HOME");
        note(&values.shell, entry, "QLSHIM_SHELL");
        note(&values.state, entry, "QLSHIM_STATE");
        note(&values.cron, entry, "QLSHIM_CRON");
        note(&values.writable, entry, "QLSHIM_WRITABLE");
    }
    return values;
}

static bool given(const char *value) {
    return value != NULL && *value != '\0';
}

static void refuse(const char *name, const char *value, const char *expected) {
    log_line(LOG_LEVEL_ERROR, name, "=", value, ": ", expected);
}

/*
 * Which of the `words`, each with a NUL behind it, the value is, by number. An empty or missing
 * value is the first word; so is a bad one, after a line that says so.
 */
static int choose(const char *name, const char *value, const char *words, const char *expected) {
    if (!given(value))
        return 0;
    for (int i = 0; *words != '\0'; i++) {
        if (text_equal(value, words))
            return i;
        words += text_length(words) + 1;
    }
    refuse(name, value, expected);
    return 0;
}

static void open_log(const struct values *values) {
    static const char words[] = "error\0off\0info\0debug\0";
    static const enum log_level levels[] = {LOG_LEVEL_ERROR, LOG_LEVEL_OFF, LOG_LEVEL_INFO,
                                            LOG_LEVEL_DEBUG};
    log_open(LOG_LEVEL_ERROR, NULL);
    if (given(values->log_file)) {
        if (values->log_file[0] == '/' &&
            text_copy(settings.log_file, sizeof settings.log_file, values->log_file))
            log_open(LOG_LEVEL_ERROR, settings.log_file);
        else
            refuse("QLSHIM_LOG_FILE", values->log_file,
                   "not an absolute path of at most 255 bytes; writing to standard error");
    }
    const char *file = settings.log_file[0] != '\0' ? settings.log_file : NULL;
    int level =
        choose("QLSHIM_LOG", values->log, words, "not one of off, error, info, debug; using error");
    log_open(levels[level], file);
}

/* An absolute path that leaves room for the rest of a socket's address. */
static bool usable_tmpdir(const char *path) {
    return path[0] == '/' && text_length_within(path, TMPDIR_LONGEST + 1) <= TMPDIR_LONGEST;
}

static void set_folders(const struct values *values) {
    settings.tmpdir[0] = '\0';
    settings.runtime_dir[0] = '\0';
    if (given(values->runtime_dir) && usable_tmpdir(values->runtime_dir))
        text_copy(settings.runtime_dir, sizeof settings.runtime_dir, values->runtime_dir);
    if (!given(values->tmpdir))
        return;
    if (usable_tmpdir(values->tmpdir))
        text_copy(settings.tmpdir, sizeof settings.tmpdir, values->tmpdir);
    else
        refuse("QLSHIM_TMPDIR", values->tmpdir,
               "not an absolute path of at most 60 bytes; using /tmp");
}

bool settings_user_name_valid(const char *name) {
    size_t length = text_length_within(name, USER_NAME_LONGEST + 1);
    if (length == 0 || length > USER_NAME_LONGEST || name[0] == '-')
        return false;
    for (; *name != '\0'; name++)
        if ((unsigned char)*name <= ' ' || *name == 0x7f || *name == ':' || *name == '/')
            return false;
    return true;
}

static void set_path(char path[FOLDER_LONGEST + 1], const char *name, const char *value) {
    if (!given(value))
        return;
    /* A colon or a newline would break the line of the passwd file that the account stands for. */
    bool valid = value[0] == '/' && text_copy(path, FOLDER_LONGEST + 1, value);
    for (const char *byte = value; *byte != '\0'; byte++)
        valid = valid && *byte != ':' && *byte != '\n';
    if (!valid) {
        path[0] = '\0';
        refuse(name, value, "not an absolute path of at most 255 bytes without a colon; ignored");
    }
}

static void set_account(const struct values *values) {
    if (given(values->user) && settings_user_name_valid(values->user))
        text_copy(settings.user, sizeof settings.user, values->user);
    else if (given(values->user))
        refuse("QLSHIM_USER", values->user, "cannot be a user name; ignored");
    set_path(settings.home, "QLSHIM_HOME", values->home);
    set_path(settings.shell, "QLSHIM_SHELL", values->shell);
    set_path(settings.state, "QLSHIM_STATE", values->state);
}

void settings_load(char *const environment[], bool secure) {
    static const char no_or_yes[] =
        "0\0"
        "1\0";
    static const char auto_or_off[] = "auto\0off\0";
    static const char modes[] = "auto\0always\0off\0";
    settings = (struct settings){0};
    if (secure || environment == NULL)
        return;
    struct values values = find_values(environment);
    open_log(&values);
    if (choose("QLSHIM_DISABLE", values.disable, no_or_yes, "neither 0 nor 1; using 0") == 1) {
        log_open(LOG_LEVEL_OFF, NULL);
        return;
    }
    settings.sockets = (enum sockets_mode)choose("QLSHIM_SOCKETS", values.sockets, modes,
                                                 "not one of auto, always, off; using auto");
    settings.cron_off =
        choose("QLSHIM_CRON", values.cron, auto_or_off, "neither auto nor off; using auto");
    settings.writable = given(values.writable);
    set_folders(&values);
    set_account(&values);
    settings.active = true;
}
