/* The switches of the command line. */
#include "volumes/faulty/faulty.h"

static const struct {
    const char *name;
    int error;
} error_names[] = {{"EPERM", EPERM},   {"ENOTSUP", ENOTSUP}, {"EINVAL", EINVAL},
                   {"ENOSYS", ENOSYS}, {"EACCES", EACCES},   {"EIO", EIO},
                   {"EBADF", EBADF},   {"ENOENT", ENOENT},   {"EXDEV", EXDEV}};

struct faults faults;

static const struct {
    const char *name;
    int *error;
} switches[] = {{"mknod", &faults.mknod},
                {"debris", &faults.debris},
                {"chmod", &faults.chmod},
                {"stat", &faults.stat},
                {"stat-later", &faults.stat_later},
                {"regular", &faults.regular},
                {"connect", &faults.connect},
                {"owner", &faults.owner},
                {"unlink", &faults.unlink},
                {"symlink", &faults.symlink},
                {"link", &faults.link}};

bool set_fault(const char *argument) {
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        if (strlen(switches[i].name) != length || strncmp(switches[i].name, argument, length) != 0)
            continue;
        *switches[i].error = argument[length] == '\0' ? 1 : 0;
        for (size_t j = 0; j < sizeof error_names / sizeof error_names[0]; j++)
            if (argument[length] == '=' && strcmp(argument + length + 1, error_names[j].name) == 0)
                *switches[i].error = error_names[j].error;
        return *switches[i].error != 0;
    }
    return false;
}
