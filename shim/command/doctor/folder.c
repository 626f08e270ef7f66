#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/doctor/doctor.h"
#include "command/doctor/report.h"
#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/filesystem.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"
#include "sockets/address.h"
#include "sockets/alive.h"
#include "sockets/verdict.h"

/* A volume whose driver is dead or far away may never answer. */
enum { ANSWER_MILLISECONDS = 10000 };

struct folder_facts {
    int error; /* of stat, 0 where it worked */
    struct stat status;
    unsigned long type; /* f_type of statfs(2) */
    bool writable;
    bool read_only;
    bool image;        /* not writable, and QLSHIM_WRITABLE can make it so */
    int symbolic_link; /* errno of a trial, 0 where it worked or none was possible */
    int hard_link;
    bool second_name_lost;
    bool modes_stay; /* chmod of a file succeeded and changed nothing */
    struct verdict verdict;
};

static bool modes_stay(int file) {
    const mode_t other = 0640;
    struct stat status;
    return fchmod(file, other) == 0 && fstat(file, &status) == 0 &&
           (status.st_mode & 07777) != other;
}

/*
 * Whether the second name that link(2) gives a socket leads to nobody, where the kernel takes each
 * name for a file of its own (sockets/second_name.h).
 */
static bool second_name_is_lost(int directory) {
    struct sockaddr_un address;
    char opened[DESCRIPTOR_PATH_SIZE];
    descriptor_path(directory, opened);
    const char *name = text_of("%s/socket", opened);
    const char *second = text_of("%s/second", opened);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = bind(fd, (struct sockaddr *)&address, address_set(&address, name)) == 0;
    bool linked = bound && linkat(directory, "socket", directory, "second", 0) == 0;
    bool lost = linked && socket_alive((struct sockaddr *)&address,
                                       address_set(&address, second)) == -ECONNREFUSED;
    if (linked)
        unlinkat(directory, "second", 0);
    if (bound)
        unlinkat(directory, "socket", 0);
    close(fd);
    return lost;
}

/*
 * Links and modes are not the shim's to mend, but programs lock by the ones and look at the others.
 * In a folder of its own, and by its descriptor, and only what was made here is removed: who may
 * write in `path` can put a link in the folder's place, or another folder of this user's.
 */
static void try_files(const char *path, struct folder_facts *facts) {
    char *folder = NULL;
    if (asprintf(&folder, "%s/.qlshim-links-XXXXXX", path) < 0)
        return;
    int directory = mkdtemp(folder) != NULL ? open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW) : -1;
    int file = directory < 0 ? -1 : openat(directory, "file", O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (file >= 0) {
        facts->modes_stay = modes_stay(file);
        facts->symbolic_link = symlinkat("file", directory, "link") == 0 ? 0 : errno;
        facts->hard_link = linkat(directory, "file", directory, "other", 0) == 0 ? 0 : errno;
        close(file);
        if (facts->verdict.kind == VERDICT_TAKES)
            facts->second_name_lost = second_name_is_lost(directory);
        if (facts->symbolic_link == 0)
            unlinkat(directory, "link", 0);
        if (facts->hard_link == 0)
            unlinkat(directory, "other", 0);
        unlinkat(directory, "file", 0);
    }
    if (directory >= 0) {
        close(directory);
        rmdir(folder);
    }
    free(folder);
}

static struct folder_facts look_at(const char *path) {
    struct folder_facts facts = {0};
    struct statfs filesystem;
    if (stat(path, &facts.status) != 0) {
        facts.error = errno;
        return facts;
    }
    if (statfs(path, &filesystem) == 0)
        facts.type = (unsigned long)filesystem.f_type;
    int access_error = kernel_access_effective(path, W_OK | X_OK);
    facts.writable = access_error == 0;
    facts.read_only = access_error == -EROFS;
    facts.image = folder_is_image(path);
    if (facts.writable && S_ISDIR(facts.status.st_mode)) {
        facts.verdict = trial_of(path);
        /* Else what is tried would stay there. */
        if (facts.verdict.kind != VERDICT_REFUSES || facts.verdict.step != STEP_UNLINK)
            try_files(path, &facts);
    }
    return facts;
}

/* Asks for a name that is not there, too: what the kernel has kept is not the volume's answer. */
static struct folder_facts knock_at(const char *path) {
    struct folder_facts facts = {0};
    const char *inside = text_of("%s/.qlshim-nothing", path);
    if (stat(path, &facts.status) != 0 || access(inside, F_OK) != 0)
        facts.error = errno;
    return facts;
}

typedef struct folder_facts look_function(const char *path);

/* In a child, so that a volume that does not answer holds up nobody. */
static struct folder_facts look_in_time(look_function *look, const char *path) {
    struct folder_facts facts = {.error = ETIMEDOUT};
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0)
        return look(path);
    pid_t child = fork();
    if (child == 0) {
        /* Whoever reads our output need not wait for one that never answers. */
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        facts = look(path);
        _exit(write(ends[1], &facts, sizeof facts) != sizeof facts);
    }
    close(ends[1]);
    struct pollfd answer = {.fd = ends[0], .events = POLLIN};
    if (child > 0 && poll(&answer, 1, ANSWER_MILLISECONDS) == 1 &&
        read(ends[0], &facts, sizeof facts) != sizeof facts)
        facts = (struct folder_facts){.error = EIO};
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, facts.error == ETIMEDOUT ? WNOHANG : 0);
    }
    return facts;
}

/*
 * The type of a device's filesystem as mount(8) shows it, "fuse.rclone", which statfs(2) does not
 * tell: from proc(5)'s mountinfo, where fields are counted up to a dash.
 */
static const char *mounted_type(dev_t device) {
    char *line = NULL;
    size_t capacity = 0;
    const char *found = NULL;
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    while (mounts != NULL && found == NULL && getline(&line, &capacity, mounts) > 0) {
        unsigned numbers[2];
        char type[64];
        const char *dash = strstr(line, " - ");
        if (dash != NULL && sscanf(line, "%*u %*u %u:%u", &numbers[0], &numbers[1]) == 2 &&
            makedev(numbers[0], numbers[1]) == device && sscanf(dash, " - %63s", type) == 1)
            found = text_of("%s", type);
    }
    free(line);
    if (mounts != NULL)
        fclose(mounts);
    return found;
}

static const char *step_result(const struct verdict *verdict, enum trial_step step) {
    if (verdict->kind == VERDICT_TAKES ||
        (verdict->kind == VERDICT_REFUSES && step < verdict->step))
        return "ok";
    if (verdict->kind == VERDICT_UNKNOWN || step > verdict->step)
        return "not tried";
    return verdict->error != 0 ? errno_name(verdict->error) : "wrong answer";
}

/* What programs say where a volume fails at that step. */
static const char *message_at(enum trial_step step, const char *error, const char *path) {
    switch (step) {
    case STEP_BIND:
        return text_of("`listen %s %s/rpc.sock` (node); PM2 hangs at `Spawning PM2 daemon`", error,
                       path);
    case STEP_LSTAT:
        return "clients say that the socket's file is missing or is no socket";
    case STEP_CHMOD:
        return text_of("chmod of a socket: %s (supervisor, Postgres, gpg-agent, php-fpm)", error);
    case STEP_CONNECT:
        return "`connect ECONNREFUSED`, although the server runs";
    default:
        return "`EADDRINUSE` at a server's second start, since its socket cannot be removed";
    }
}

static void report_refusal(struct finding *finding, const struct verdict *verdict) {
    char place[FOLDER_SIZE];
    const char *error = step_result(verdict, verdict->step);
    finding->fact = text_of("%s, refuses Unix sockets: %s %s", finding->details[0].value,
                            trial_step_name(verdict->step), error);
    finding->message = message_at(verdict->step, error, finding->subject);
    finding->status = FINDING_MENDED;
    if (settings.sockets == SOCKETS_OFF) {
        finding->status = FINDING_NEEDS_READER;
        finding->remedy = "unset QLSHIM_SOCKETS=off, which leaves them to the volume";
    } else if (private_folder(place) == 0) {
        finding->remedy =
            text_of("binds them in %s, and their paths go on to work (%s stand there)", place,
                    verdict->symlinks ? "links" : "small files");
    } else {
        finding->remedy = "redirects them, once there is a folder for them: see below";
    }
}

static void report_unwritable(struct finding *finding, const struct folder_facts *facts,
                              bool asked) {
    const struct stat *status = &facts->status;
    finding->status = asked ? FINDING_NEEDS_READER : FINDING_NOTE;
    finding->fact = text_of("%s, cannot be written by uid %u gid %u: owner %u:%u, mode %04o",
                            finding->details[0].value, geteuid(), getegid(), status->st_uid,
                            status->st_gid, status->st_mode & 07777);
    finding->message = text_of(facts->read_only ? "`EROFS: read-only file system, open '%s/…'`"
                                                : "`EACCES: permission denied, open '%s/…'`",
                               finding->subject);
    if (facts->image)
        advise_writable(finding, finding->subject, asked);
    else if (asked)
        finding->remedy = text_of(
            "chown it to %u on the host, or `chmod -R g=u` and run with its "
            "group, if programs are to write there",
            geteuid());
}

static const char *remedy_of_missing(int error) {
    switch (error) {
    case ETIMEDOUT:
        return "look after the volume's driver: programs hang there";
    case ENOENT:
        return "there is no such folder or program here: correct its name, or make it";
    case EACCES:
        return "a folder above it is closed to this user: open it by chmod or chown";
    default:
        return NULL;
    }
}

static void report_missing(const char *path, int error) {
    report(&(struct finding){
        .area = "folders",
        .status = FINDING_NEEDS_READER,
        .subject = path,
        .fact = error == ETIMEDOUT ? "does not answer" : errno_name(error),
        .remedy = remedy_of_missing(error),
    });
}

bool examine_answer(const char *name, const char *path) {
    if (look_in_time(knock_at, path).error != ETIMEDOUT)
        return true;
    report(&(struct finding){
        .area = "folders",
        .status = FINDING_NEEDS_READER,
        .subject = text_of("%s=%s", name, path),
        .fact = "does not answer",
        .message = "programs that are started with libqlshim.so may hang",
        .remedy = "look after the volume's driver; nothing else was looked at",
    });
    return false;
}

static void report_links(const char *path, const struct folder_facts *facts) {
    if (facts->symbolic_link != 0)
        report(&(struct finding){
            .area = "folders",
            .status = FINDING_NOTE,
            .subject = text_of("links in %s", path),
            .fact = text_of("no symbolic ones: %s", errno_name(facts->symbolic_link)),
            .message =
                "`Failed to create …/SingletonLock` (chromium), locks of Twisted, pnpm, npm's .bin",
            .remedy = "keep profiles, locks and node_modules elsewhere; the shim mends sockets",
        });
    if (facts->hard_link != 0)
        report(&(struct finding){
            .area = "folders",
            .status = FINDING_NOTE,
            .subject = text_of("links in %s", path),
            .fact = text_of("no hard ones: %s", errno_name(facts->hard_link)),
            .message = "`EPERM: operation not permitted, link` (pnpm's store, lock files)",
            .remedy = "keep such files elsewhere; pnpm: package-import-method=copy",
        });
}

static void report_second_names(const char *path, const struct folder_facts *facts) {
    if (facts->second_name_lost)
        report(&(struct finding){
            .area = "folders",
            .status = FINDING_MENDED,
            .subject = text_of("hard links of sockets in %s", path),
            .fact = "lead to nobody, although link succeeds",
            .message = "`ECONNREFUSED` at a socket that supervisord or ssh has linked into place",
            .remedy = "moves the socket to its second name",
        });
}

static void report_modes(const char *path, const struct folder_facts *facts) {
    if (facts->modes_stay)
        report(&(struct finding){
            .area = "folders",
            .status = FINDING_NOTE,
            .subject = text_of("modes in %s", path),
            .fact = text_of("not kept: chmod of a file%s succeeds and changes nothing",
                            facts->verdict.kind == VERDICT_TAKES ? " or socket" : ""),
            .message = "`Permissions … are too open` (ssh), `… has invalid permissions` (Postgres)",
            .remedy = "mount it so that it keeps them (ntfs-3g: `permissions`), or keep such files "
                      "elsewhere",
        });
}

bool examine_folder(const char *path, enum folder_interest interest) {
    struct folder_facts facts = look_in_time(look_at, path);
    if (facts.error == 0 && !S_ISDIR(facts.status.st_mode))
        return false;
    if (facts.error == ENOENT && examine_place_of(path, interest != INTEREST_NONE))
        return true;
    if (facts.error != 0) {
        if (interest == INTEREST_ASKED || facts.error != ENOENT)
            report_missing(path, facts.error);
        return true;
    }
    const char *type = mounted_type(facts.status.st_dev);
    const struct verdict *verdict = &facts.verdict;
    struct finding finding = {
        .area = "folders",
        .subject = path,
        .details = {{"filesystem", type != NULL ? type : filesystem_of_type(facts.type)->name},
                    {"writable", facts.writable ? "yes" : "no"},
                    {"bind", step_result(verdict, STEP_BIND)},
                    {"lookup", step_result(verdict, STEP_LSTAT)},
                    {"chmod", step_result(verdict, STEP_CHMOD)},
                    {"connect", step_result(verdict, STEP_CONNECT)},
                    {"unlink", step_result(verdict, STEP_UNLINK)},
                    {"symlinks", verdict->kind != VERDICT_REFUSES ? "not tried"
                                 : verdict->symlinks              ? "ok"
                                                                  : "refused"}},
    };
    if (!facts.writable)
        report_unwritable(&finding, &facts, interest != INTEREST_NONE);
    else if (verdict->kind == VERDICT_REFUSES)
        report_refusal(&finding, verdict);
    else
        finding.fact = text_of(verdict->kind == VERDICT_TAKES ? "%s, takes Unix sockets"
                                                              : "%s, no trial was possible",
                               finding.details[0].value);
    report(&finding);
    report_links(path, &facts);
    report_second_names(path, &facts);
    report_modes(path, &facts);
    return true;
}

void examine_private_folder(void) {
    char place[FOLDER_SIZE];
    int error = private_folder(place);
    struct finding finding = {.area = "folders", .subject = place};
    if (error != 0) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = text_of("no folder for redirected sockets: %s", errno_name(-error));
        finding.remedy = "add `--tmpfs /tmp`, or set QLSHIM_TMPDIR to a folder that can be written";
        report(&finding);
        return;
    }
    struct verdict verdict = trial_of(place);
    finding.fact = "redirected sockets lie here";
    if (verdict.kind == VERDICT_REFUSES) {
        finding.status = FINDING_NEEDS_READER;
        finding.fact = text_of("redirected sockets would lie here, but %s fails: %s",
                               trial_step_name(verdict.step), step_result(&verdict, verdict.step));
        finding.remedy = "set QLSHIM_TMPDIR to a folder in memory or on a disk";
    }
    report(&finding);
}
