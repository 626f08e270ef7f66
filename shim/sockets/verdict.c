#include "sockets/verdict.h"

#include <errno.h>
#include <string.h>

#include "core/folder.h"
#include "core/kernel.h"
#include "core/rarely_used.h"
#include "core/table.h"
#include "core/text.h"
#include "sockets/marker.h"

/*
 * What tells one mount from another. Mount ids that are never used again exist since Linux 6.8,
 * mount ids since 5.8; before, the device number must do (statx(2)).
 */
struct mount {
    uint64_t id;
    uint64_t device;
};

/* A process meets few mounts; of one that it has met before the last of these, the record tells. */
enum { KNOWN = 8 };

static RARELY_USED struct known_verdict {
    struct mount mount;
    struct verdict verdict; /* of no kind yet: none */
} known[KNOWN];
static RARELY_USED unsigned newest;

static bool find_mount(int folder, struct mount *mount) {
    struct statx status;
    *mount = (struct mount){0};
    if (kernel_statx(folder, "", AT_EMPTY_PATH, STATX_MNT_ID | STATX_MNT_ID_UNIQUE, &status) == 0) {
        mount->device = (uint64_t)status.stx_dev_major << 32 | status.stx_dev_minor;
        if ((status.stx_mask & (STATX_MNT_ID | STATX_MNT_ID_UNIQUE)) != 0)
            mount->id = status.stx_mnt_id;
        return true;
    }
    struct stat old_status; /* before Linux 4.11, or a seccomp filter of that time */
    if (kernel_fstatat(folder, "", &old_status, AT_EMPTY_PATH) != 0)
        return false;
    mount->device = old_status.st_dev;
    return true;
}

static bool look_up(const struct mount *mount, struct verdict *verdict) {
    if (!table_try_lock())
        return false;
    for (int i = 0; i < KNOWN && verdict->kind == VERDICT_UNKNOWN; i++)
        if (known[i].mount.id == mount->id && known[i].mount.device == mount->device)
            *verdict = known[i].verdict;
    table_unlock();
    return verdict->kind != VERDICT_UNKNOWN;
}

static void keep(const struct mount *mount, const struct verdict *verdict) {
    if (!table_try_lock())
        return;
    known[newest++ % KNOWN] = (struct known_verdict){*mount, *verdict};
    table_unlock();
}

static void append_field(struct text *text, uint64_t number) {
    text_append(text, " ");
    text_append_number(text, number);
}

void verdict_format(const struct verdict *verdict, char text[VERDICT_TEXT_SIZE]) {
    struct text record = text_in(text, VERDICT_TEXT_SIZE);
    text_append(&record, verdict->kind == VERDICT_TAKES ? "takes" : "refuses");
    append_field(&record, verdict->symlinks);
    append_field(&record, verdict->step);
    append_field(&record, (uint64_t)verdict->error);
}

bool verdict_parse(const char *text, struct verdict *verdict) {
    static const uint64_t limits[] = {1, STEP_UNLINK, 4095};
    uint64_t fields[3];
    bool takes = text[0] == 't';
    const char *word = takes ? "takes" : "refuses";
    while (*word != '\0')
        if (*text++ != *word++)
            return false;
    for (int i = 0; i < 3; i++)
        if (*text++ != ' ' || !text_read_number(&text, limits[i], &fields[i]))
            return false;
    *verdict = (struct verdict){.kind = takes ? VERDICT_TAKES : VERDICT_REFUSES,
                                .symlinks = fields[0] == 1,
                                .step = (enum trial_step)fields[1],
                                .error = (int)fields[2]};
    return *text == '\0';
}

enum { RECORD_NAME_SIZE = sizeof "verdict-0123456789abcdef-0123456789abcdef" };

static void record_name(const struct mount *mount, char name[RECORD_NAME_SIZE]) {
    struct text text = text_in(name, RECORD_NAME_SIZE);
    text_append(&text, "verdict-");
    text_append_hex(&text, mount->id, 16);
    text_append(&text, "-");
    text_append_hex(&text, mount->device, 16);
}

static bool recall(const char *place, const struct mount *mount, struct verdict *verdict) {
    char name[RECORD_NAME_SIZE];
    char text[VERDICT_TEXT_SIZE];
    record_name(mount, name);
    return record_read(place, name, text, sizeof text) == 0 && verdict_parse(text, verdict) &&
           record_since_boot(place, name);
}

static void store(const char *place, const struct mount *mount, const struct verdict *verdict) {
    char name[RECORD_NAME_SIZE];
    char text[VERDICT_TEXT_SIZE];
    record_name(mount, name);
    verdict_format(verdict, text);
    record_replace(place, name, text);
}

/* From the record that others left, else by trial. */
static struct verdict find_verdict(int folder, const char *path, const struct mount *mount) {
    char place[FOLDER_SIZE];
    struct verdict verdict = {.kind = VERDICT_UNKNOWN};
    if (kernel_access_effective(path, W_OK | X_OK) != 0)
        return verdict;
    bool shared = private_folder(place) == 0;
    if (!shared)
        return trial_in(folder, path);
    if (recall(place, mount, &verdict))
        return verdict;
    /* In turns; but a trial beside another is better than a bind that never returns. */
    int lock = folder_lock(place);
    if (!recall(place, mount, &verdict)) { /* whoever had the lock may have left one */
        verdict = trial_in(folder, path);
        /* EACCES may be a rule's for this program (landlock(7)): the next one tries for itself. */
        if (verdict.kind != VERDICT_UNKNOWN && verdict.error != EACCES)
            store(place, mount, &verdict);
    }
    if (lock >= 0)
        kernel_close(lock);
    return verdict;
}

struct verdict verdict_of(int opened, const char *folder) {
    struct mount mount;
    struct verdict verdict = {.kind = VERDICT_UNKNOWN};
    if (find_mount(opened, &mount) && !look_up(&mount, &verdict)) {
        verdict = find_verdict(opened, folder, &mount);
        if (verdict.kind != VERDICT_UNKNOWN)
            keep(&mount, &verdict);
        if (verdict.kind == VERDICT_REFUSES)
            markers_note();
    }
    return verdict;
}
