#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/account.h"
#include "command/doctor/doctor.h"
#include "command/doctor/program.h"
#include "command/doctor/report.h"
#include "core/text.h"
#include "cron/program.h"
#include "exec/target.h"

static const struct {
    const char *fact;
    const char *remedy;
} kinds[REACH_KINDS] = {
    [REACH_YES] = {"is loaded by a loader, which preloads", NULL},
    [REACH_NO_PROGRAM] = {"is no program", NULL},
    [REACH_SET_ID] = {"is set-id: the kernel drops the preload, and it keeps its privileges",
                      "start it as the user who needs it, or do without it"},
    [REACH_STATIC] = {"is static: no loader, so no preload",
                      "use a dynamically linked build of it (Debian's busybox, not busybox-static; "
                      "for crond, which Debian's busybox has not, its cron)"},
    [REACH_GO] = {"is written in Go: it makes system calls itself, past a preload",
                  "give it a folder for its sockets that takes them (/tmp), and a HOME"},
    [REACH_OTHER_CLASS] = {"is for another kind of processor, or for 32 bits",
                           "use the program built for this machine"},
};

/* A script's interpreter decides; one may be a script again, but not for ever. */
static enum reach final_reach(const char *path, char program[PATH_MAX]) {
    char next[PATH_MAX];
    char found[PATH_MAX];
    text_copy(program, PATH_MAX, path);
    for (int scripts = 0; scripts < 4; scripts++) {
        enum reach reach = program_reach(program, next);
        if (reach != REACH_SCRIPT)
            return reach;
        const char *search = getenv("PATH");
        if (strchr(next, '/') == NULL && search != NULL && target_find(next, search, found))
            text_copy(program, PATH_MAX, found);
        else
            text_copy(program, PATH_MAX, next);
    }
    return REACH_NO_PROGRAM;
}

void examine_program(const char *path) {
    char program[PATH_MAX];
    enum reach reach = final_reach(path, program);
    bool yields = reach == REACH_SET_ID && target_yields_privileges(path, NULL) && geteuid() != 0;
    struct finding finding = {
        .area = "programs",
        .status = reach == REACH_YES ? FINDING_FINE : FINDING_NEEDS_READER,
        .subject = path,
        .fact = strcmp(program, path) == 0
                    ? kinds[reach].fact
                    : text_of("is run by %s, which %s", program, kinds[reach].fact),
        .remedy = kinds[reach].remedy,
    };
    if (yields) {
        finding.status = FINDING_MENDED;
        finding.remedy = "gives its privileges up for a user without a name";
    }
    report(&finding);
}

/* Names, separated by spaces, of the programs of one kind. */
struct names {
    char text[512];
    unsigned count;
    bool cut;
};

static void note_name(struct names *names, const char *name) {
    size_t length = strlen(names->text);
    if (length + strlen(name) + 2 < sizeof names->text) {
        names->text[length] = ' ';
        memcpy(names->text + length + (names->count > 0), name, strlen(name) + 1);
    } else {
        names->cut = true;
    }
    names->count++;
}

/* As the library has it where crontab or ssh-agent is started (shim/calls/exec.c). */
static bool gives_privileges_up(const char *path) {
    return target_yields_privileges(path, NULL) && geteuid() != 0 &&
           (cron_has_own_crontabs(path) || files_system.find_uid(geteuid()) == ENTRY_MISSING);
}

/* Whether to tell of it: not of this command either, which is static and needs no shim. */
static bool is_out_of_reach(enum reach reach, const char *path, const char *name) {
    if (reach == REACH_SET_ID)
        return !gives_privileges_up(path);
    return (reach == REACH_STATIC || reach == REACH_GO) && strcmp(name, "qlshim") != 0;
}

/* Every folder of PATH but one that was seen under another name (/bin is a link to /usr/bin). */
static void scan_folder(const char *folder, struct names names[REACH_KINDS]) {
    char path[PATH_MAX];
    char interpreter[PATH_MAX];
    struct dirent **entries = NULL;
    struct stat status;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct text text = text_in(path, sizeof path);
        text_append(&text, folder);
        text_append(&text, "/");
        text_append(&text, entries[i]->d_name);
        if (!text.cut && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
            (status.st_mode & 0111) != 0) {
            enum reach reach = program_reach(path, interpreter);
            if (is_out_of_reach(reach, path, entries[i]->d_name))
                note_name(&names[reach], entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
}

enum { FOLDERS_MOST = 32 };

static void scan_path(char *search, struct names names[REACH_KINDS]) {
    struct {
        dev_t device;
        ino_t inode;
    } seen[FOLDERS_MOST];
    unsigned seen_count = 0;
    struct stat status;
    for (char *folder; (folder = strsep(&search, ":")) != NULL && seen_count < FOLDERS_MOST;) {
        bool again = false;
        if (*folder == '\0' || stat(folder, &status) != 0)
            continue;
        for (unsigned i = 0; i < seen_count; i++)
            again = again || (seen[i].inode == status.st_ino && seen[i].device == status.st_dev);
        seen[seen_count].device = status.st_dev;
        seen[seen_count++].inode = status.st_ino;
        if (!again)
            scan_folder(folder, names);
    }
}

void examine_search_path(void) {
    static const char *const words[REACH_KINDS] = {
        [REACH_SET_ID] = "set-id: they keep their privileges and lose the shim",
        [REACH_STATIC] = "static: out of a preload's reach",
        [REACH_GO] = "written in Go: out of a preload's reach",
    };
    struct names names[REACH_KINDS] = {0};
    const char *search = getenv("PATH");
    char *copy = search != NULL ? strdup(search) : NULL;
    if (copy != NULL)
        scan_path(copy, names);
    free(copy);
    for (int kind = 0; kind < REACH_KINDS; kind++)
        if (names[kind].count > 0)
            report(&(struct finding){
                .area = "programs",
                .status = FINDING_NOTE,
                .subject = text_of("%u in PATH", names[kind].count),
                .fact =
                    text_of("%s: %s%s", words[kind], names[kind].text, names[kind].cut ? " …" : ""),
            });
}
