#include "cron/program.h"

#include <stddef.h>

#include "core/kernel.h"
#include "core/object.h"
#include "core/settings.h"
#include "core/text.h"

enum cron_program cron_program;
unsigned cron_traits;
static pid_t first_process;

enum cron_program cron_program_named(const char *path) {
    const struct cron *cron = crons_find(text_base(path), CRON_UNBOXED);
    return cron != NULL ? (enum cron_program)cron->program : CRON_NONE;
}

bool cron_has_own_crontabs(const char *path) {
    return settings.state[0] != '\0' && !settings.cron_off && kernel_geteuid() != 0 &&
           cron_program_named(path) != CRON_NONE;
}

static enum cron_box find_box(void) {
    if (program_holds(crons_box_mark(CRON_BUSYBOX)))
        return CRON_BUSYBOX;
    return program_holds(crons_box_mark(CRON_TOYBOX)) ? CRON_TOYBOX : CRON_UNBOXED;
}

/*
 * What a box takes for its applet: by its first argument's last part, or where that is the box's
 * own name, by the next (busybox's libbb/appletlib.c, run_applet_and_exit; toybox's main.c,
 * toybox_main). A login shell's dash is not of the name (busybox's main).
 */
static const char *find_applet(char *const argv[]) {
    const char *name = text_base(argv[0] + (argv[0][0] == '-'));
    if (argv[1] != NULL &&
        (text_after(name, "busybox") != NULL || text_after(name, "toybox") != NULL))
        name = text_base(argv[1]);
    return name;
}

/* The kernel hands an interpreter the script's path, behind one argument of its own at most. */
static bool is_script(const char *executed, char *const argv[]) {
    for (int i = 1; i <= 2 && argv[i] != NULL; i++)
        if (text_equal(argv[i], executed))
            return !text_equal(text_base(argv[0]), text_base(executed));
    return false;
}

const struct cron *cron_row(const char *executed, char *const argv[],
                            enum cron_box box_of_program(void), enum cron_program *program) {
    bool by_loader = text_after(text_base(executed), "ld-") != NULL;
    const struct cron *cron = crons_find(text_base(by_loader ? argv[0] : executed), CRON_UNBOXED);
    const char *applet = cron != NULL ? cron->name : find_applet(argv);
    if (cron == NULL && crons_find(applet, CRON_UNBOXED) == NULL)
        return NULL;
    /* A script's interpreter may be a box, and is not what the script is called. */
    bool script = is_script(executed, argv);
    enum cron_box box = script ? CRON_UNBOXED : box_of_program();
    if (box != CRON_UNBOXED && crons_find(applet, box) != NULL)
        cron = crons_find(applet, box);
    else if (box != CRON_UNBOXED)
        cron = crons_find(applet, CRON_UNBOXED);
    if (cron != NULL)
        *program =
            script && cron->program == CRON_DAEMON ? CRON_TOOL : (enum cron_program)cron->program;
    return cron;
}

void cron_load(const char *executed, char *const argv[]) {
    enum cron_program program = CRON_NONE;
    if (executed == NULL || argv == NULL || argv[0] == NULL || settings.cron_off ||
        kernel_geteuid() == 0)
        return;
    const struct cron *cron = cron_row(executed, argv, find_box, &program);
    if (cron == NULL)
        return;
    cron_program = program;
    cron_traits = program == CRON_TOOL ? 0 : cron->traits;
    first_process = kernel_getpid();
}

bool cron_is_first_process(void) {
    return kernel_getpid() == first_process;
}
