#include "sockets/vouch.h"

#include <errno.h>
#include <string.h>

#include "core/descriptor.h"
#include "core/errno_name.h"
#include "core/folder.h"
#include "core/kernel.h"
#include "core/settings.h"
#include "core/text.h"

enum { SHOWN_OWNER_SIZE = sizeof "4294967295 0123456789abcdef" };

static void format_shown_owner(const struct stat *status, char shown[SHOWN_OWNER_SIZE]) {
    struct text text = text_in(shown, SHOWN_OWNER_SIZE);
    text_append_number(&text, status->st_uid);
    text_append(&text, " ");
    text_append_hex(&text, status->st_dev, 16);
}

static void record_owner(const struct stat *status, const char *address) {
    char folder[FOLDER_SIZE];
    char name[SOCKET_RECORD_SIZE];
    char shown[SHOWN_OWNER_SIZE];
    struct private_address parts;
    if (!address_is_private(address, &parts) || status->st_uid == parts.owner ||
        kernel_geteuid() != parts.owner)
        return;
    address_split(address, &parts, folder);
    address_record(address + parts.folder_length + 1, RECORD_OF_OWNER, name);
    format_shown_owner(status, shown);
    record_write(folder, name, shown);
}

void vouch_for_file(int fd, const char *address) {
    struct stat status;
    if (kernel_fstatat(fd, "", &status, AT_EMPTY_PATH) == 0)
        record_owner(&status, address);
}

void vouch_for_link(int directory, const char *path, const char *address) {
    char beside[sizeof ".qlshim-owner-" + PRIVATE_NAME_DIGITS];
    struct stat status;
    if (kernel_fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        status.st_uid == kernel_geteuid())
        return;
    if (status.st_uid == 0) { /* nobody's trick; files may have another owner (trial.c) */
        record_owner(&status, address);
        return;
    }
    text_of_two(beside, sizeof beside, ".qlshim-owner-", text_base(address));
    int fd = create_exclusively(directory, beside, 0644);
    if (fd < 0)
        return;
    vouch_for_file(fd, address);
    kernel_close(fd);
    kernel_unlinkat(directory, beside);
}

/* Whether the owner of the private folder has recorded that the volume shows the marker so. */
static bool is_vouched_for(int folder, const char *digits, const struct stat *status) {
    char name[SOCKET_RECORD_SIZE];
    char shown[SHOWN_OWNER_SIZE];
    char recorded[SHOWN_OWNER_SIZE];
    address_record(digits, RECORD_OF_OWNER, name);
    format_shown_owner(status, shown);
    ssize_t length = kernel_readlinkat(folder, name, recorded, sizeof recorded);
    return length == (ssize_t)text_length(shown) && memcmp(recorded, shown, (size_t)length) == 0;
}

int vouch_check(struct marker *marker, const struct private_address *parts) {
    char folder[FOLDER_SIZE];
    const char *digits = marker->address + parts->folder_length + 1;
    uid_t owner = marker->status.st_uid;
    marker->others = parts->owner != 0 && parts->owner != kernel_geteuid();
    address_split(marker->address, parts, folder);
    int opened = folder_open(folder, parts->owner);
    bool vouched =
        opened >= 0 && owner != parts->owner && is_vouched_for(opened, digits, &marker->status);
    marker->error =
        opened < 0 ? opened : kernel_fstatat(opened, digits, &marker->socket, AT_SYMLINK_NOFOLLOW);
    if (opened >= 0)
        kernel_close(opened);
    else if (errno_of_process(opened))
        return opened;
    /* Its owner may have hard links of others' sockets there; ours have none (second_name.c). */
    if (marker->error == 0 && (!S_ISSOCK(marker->socket.st_mode) || marker->socket.st_nlink > 1))
        marker->error = -ENOENT;
    /*
     * A folder that is not here is another container's. One that is another's now cannot hold the
     * marker's socket, and nothing of his is looked at.
     */
    bool missing = opened == -ENOENT;
    if (marker->error != 0 && marker->error != -EACCES)
        marker->error = -ENOENT;
    bool speaks = owner == parts->owner || vouched || missing ||
                  (marker->error == 0 && owner == marker->socket.st_uid);
    marker->only_roots = !speaks && owner == 0;
    return speaks || marker->only_roots ? 0 : -ENOENT;
}

static bool is_in(const char *address, const char *place) {
    const char *rest = text_after(address, place);
    return rest != NULL && text_after(rest, "/.qlshim-") != NULL;
}

bool vouch_may_look(const struct marker *marker) {
    char folder[FOLDER_SIZE];
    const char *address = marker->address;
    if (is_in(address, "/tmp") || is_in(address, "/dev/shm") || is_in(address, settings.tmpdir))
        return true;
    if (private_folder(folder) != 0)
        return false;
    folder[text_base(folder) - folder - 1] = '\0';
    return is_in(address, folder);
}

int vouch_unseen(struct marker *marker) {
    marker->error = -ENOENT;
    return S_ISREG(marker->status.st_mode) && marker->status.st_uid == kernel_geteuid() ? 0
                                                                                        : -ENOENT;
}
