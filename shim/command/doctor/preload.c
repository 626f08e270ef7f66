#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command/doctor/doctor.h"
#include "command/doctor/report.h"
#include "command/library.h"
#include "command/library_file.h"
#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/log.h"
#include "core/settings.h"
#include "exec/inheritance.h"

/* As the loader does: executable pages of a file on a volume that is mounted noexec fail. */
static int map_error(const char *path) {
    struct stat status;
    int fd = open_regular(path, 0, &status);
    if (fd < 0)
        return -fd;
    void *page = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    int error = page == MAP_FAILED ? errno : 0;
    if (error == 0)
        munmap(page, 1);
    close(fd);
    return error;
}

void examine_library_file(const char *path, struct finding *finding) {
    enum library_file file = library_file_look(path);
    if (file == LIBRARY_WHOLE)
        return;
    finding->status = FINDING_NEEDS_READER;
    finding->remedy = "copy it again, and compare its size";
    if (file == LIBRARY_NONE) {
        finding->fact = "is no library";
        finding->message = "`file too short`, `invalid ELF header`";
    } else if (file == LIBRARY_CUT) {
        finding->fact = "is a library whose end is missing";
        finding->message = "`Bus error`, `file too short`";
    } else {
        finding->fact = "is of another platform than this command";
        finding->message =
            "`wrong ELF class`, `cannot open shared object file`; on Alpine "
            "nothing, and no shim";
        finding->remedy = "take both from the archive of the programs' platform";
    }
}

static void examine_library(void) {
    char path[PATH_MAX];
    struct finding finding = {.area = "preload", .subject = path, .fact = "the library"};
    if (!locate_library(path)) {
        finding.status = FINDING_NEEDS_READER;
        finding.subject = "libqlshim.so";
        finding.fact = "is not where this command looks: beside itself, in ../lib, in /usr/lib";
        finding.remedy = "put it beside qlshim or in /usr/lib, or set QLSHIM_LIBRARY";
    } else if (map_error(path) == EPERM) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = "lies on a volume that is mounted noexec";
        finding.message = "`failed to map segment from shared object`";
        finding.remedy = "copy it to /usr/lib of the image, or to a volume without noexec";
    } else {
        examine_library_file(path, &finding);
    }
    report(&finding);
}

/* An entry without a slash is the loader's to find: glibc and musl both look in /usr/lib. */
static void examine_entry(const char *entry) {
    const char *const folders[] = {"/lib", "/usr/lib", "/usr/local/lib"};
    const char *path = entry;
    bool found = strchr(entry, '/') != NULL && access(entry, R_OK) == 0;
    for (int i = 0; strchr(entry, '/') == NULL && !found && i < 3; i++) {
        path = text_of("%s/%s", folders[i], entry);
        found = access(path, R_OK) == 0;
    }
    struct finding finding = {
        .area = "preload", .subject = text_of("LD_PRELOAD=%s", entry), .fact = "is there"};
    bool ours = strstr(entry, "libqlshim.so") != NULL;
    if (!found) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = "is not there";
        finding.message =
            "`object '…' from LD_PRELOAD cannot be preloaded`; on Alpine nothing, "
            "and no shim";
        finding.remedy = "copy the file there, or correct the path";
    } else if (ours) {
        examine_library_file(path, &finding);
    }
    if (ours || (!found && strchr(entry, '/') != NULL))
        report(&finding);
}

static void examine_entries(void) {
    const char *value = getenv("LD_PRELOAD");
    char *copy = strdup(value != NULL ? value : "");
    size_t length;
    bool named = value != NULL && preload_find(value, PRELOAD_FIRST, &length) != NULL;
    if (!named)
        report(&(struct finding){
            .area = "preload",
            .status = FINDING_NOTE,
            .subject = "LD_PRELOAD",
            .fact = "does not name libqlshim.so here",
            .remedy = "`ENV LD_PRELOAD=libqlshim.so` in the image, or `qlshim exec -- COMMAND`"});
    for (char *rest = copy, *entry; rest != NULL && (entry = strsep(&rest, ": ")) != NULL;)
        if (*entry != '\0')
            examine_entry(entry);
    free(copy);
}

/* What the library would say of the settings, a line each. */
static void report_complaints(int log) {
    char line[1024];
    FILE *lines = fdopen(log, "r");
    if (lines == NULL)
        return;
    rewind(lines);
    while (fgets(line, sizeof line, lines) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *subject = strstr(line, ": ");
        if (subject == NULL)
            continue;
        subject += 2;
        char *fact = strstr(subject, ": "); /* missing where the value fills the line */
        if (fact != NULL)
            *fact = '\0';
        report(&(struct finding){.area = "preload",
                                 .status = FINDING_NEEDS_READER,
                                 .subject = text_of("%s", subject),
                                 .fact = fact != NULL ? text_of("%s", fact + 2) : "is too long",
                                 .remedy = "correct the variable"});
    }
    fclose(lines);
}

/* Takes away what would hide what the library says of the other settings. */
static void unhide_complaints(void) {
    const char *file = getenv("QLSHIM_LOG_FILE");
    const char *level = getenv("QLSHIM_LOG");
    if (file != NULL && file[0] == '/')
        unsetenv("QLSHIM_LOG_FILE");
    if (level != NULL && strcmp(level, "off") == 0)
        unsetenv("QLSHIM_LOG");
    unsetenv("QLSHIM_DISABLE");
}

static void examine_log_file(void) {
    const char *file = getenv("QLSHIM_LOG_FILE");
    if (file != NULL && file[0] == '/' && access(file, F_OK) == 0 && access(file, W_OK) != 0)
        report(&(struct finding){.area = "preload",
                                 .status = FINDING_NEEDS_READER,
                                 .subject = text_of("QLSHIM_LOG_FILE=%s", file),
                                 .fact = errno_name(errno),
                                 .remedy = "name a file that can be written"});
}

static void examine_settings(void) {
    const char *disable = getenv("QLSHIM_DISABLE");
    if (disable != NULL && strcmp(disable, "1") == 0)
        report(&(struct finding){.area = "preload",
                                 .status = FINDING_NEEDS_READER,
                                 .subject = "QLSHIM_DISABLE=1",
                                 .fact = "the library is loaded, and does nothing",
                                 .remedy = "unset it, or what is said to be mended is not"});
    examine_log_file();
    unhide_complaints();
    int log = memfd_create("log", MFD_CLOEXEC);
    log_to_descriptor(log);
    settings_load(environ, false);
    log_to_descriptor(STDERR_FILENO);
    if (log >= 0)
        report_complaints(log);
}

void examine_preload(void) {
    examine_library();
    examine_entries();
    examine_settings();
}
