/* qlshim cdi: a spec of the Container Device Interface, with two devices. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/command.h"
#include "command/json.h"
#include "command/library.h"
#include "command/options.h"
#include "exec/inheritance.h"

static const char usage[] =
    "usage: qlshim cdi [--writable DIR]… [--library PATH] >/etc/cdi/qlshim.json\n"
    "\n"
    "Prints a CDI spec: an engine that reads it (Docker, Podman, containerd, CRI-O) brings\n"
    "libqlshim.so and this command into a container whose image stays as it is:\n"
    "\n"
    "  docker run --user 12345:12345 --device qlshim.org/shim=all IMAGE\n"
    "\n"
    "qlshim.org/shim=files brings the files alone, for an image with an LD_PRELOAD of its own,\n"
    "which `all` would replace: --env LD_PRELOAD=/usr/lib/libqlshim.so:ITS-OWN\n"
    "\n"
    "  --writable DIR   a folder of the image that is to be writable; may be repeated\n"
    "                   (QLSHIM_WRITABLE)\n"
    "  --library PATH   the libqlshim.so that is mounted, a file of this machine; else the\n"
    "                   one that `qlshim exec` would take\n"
    "  --help           this text\n";

/* What is mounted: files of this machine, found before anything is printed. */
struct files {
    char library[PATH_MAX];
    char second[PATH_MAX]; /* libqlshim-writable.so beside it, or "" */
    char command[PATH_MAX];
};

/*
 * As a path: a bare name would do in most images, but glibc complains of one at each start of a
 * set-id program, and looks for it in /usr/lib64 alone in Fedora's images (ld.so(8)).
 */
#define INSIDE "/usr/lib/" PRELOAD_FIRST

static bool is_given_library(const char *given, char path[PATH_MAX]) {
    struct stat status;
    if (realpath(given, path) == NULL || stat(path, &status) != 0 || access(path, R_OK) != 0) {
        fprintf(stderr, "qlshim: --library %s: %s\n", given, strerror(errno));
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        fprintf(stderr, "qlshim: --library %s: not a file\n", given);
        return false;
    }
    return library_is_whole(path);
}

static bool find_files(const char *given, const char *writable, struct files *files) {
    ssize_t length = readlink("/proc/self/exe", files->command, PATH_MAX - 1);
    files->command[length > 0 ? length : 0] = '\0';
    if (length <= 0)
        fputs("qlshim: cannot tell where this command lies: /proc is not mounted\n", stderr);
    if (length <= 0 ||
        !(given != NULL ? is_given_library(given, files->library) : find_library(files->library)))
        return false;
    bool second = find_beside(files->library, PRELOAD_SECOND, files->second);
    if (writable != NULL && !second)
        fprintf(stderr, "qlshim: --writable takes %s, which is not there\n", files->second);
    if (!second)
        files->second[0] = '\0';
    if (!json_holds(files->library) || !json_holds(files->command) ||
        (writable != NULL && !json_holds(writable))) {
        fputs("qlshim: a path that is no UTF-8 cannot stand in a CDI spec\n", stderr);
        return false;
    }
    return second || writable == NULL;
}

/* CDI before 0.4.0 takes no type of a mount; without one, runc and crun want the option bind. */
static void print_mount(const char *host, const char *inside, bool last) {
    fputs("          {\"hostPath\": ", stdout);
    json_print_string(host);
    printf(
        ", \"containerPath\": \"%s\", \"options\": [\"ro\", \"nosuid\", \"nodev\", \"bind\"]}%s\n",
        inside, last ? "" : ",");
}

static void print_environment(const char *writable) {
    fputs("        \"env\": [\"LD_PRELOAD=" INSIDE "\"", stdout);
    if (writable != NULL) {
        fputs(", ", stdout);
        json_print_string(writable);
    }
    puts("],");
}

static void print_device(const char *name, const struct files *files, bool preload,
                         const char *writable) {
    printf("    {\n      \"name\": \"%s\",\n      \"containerEdits\": {\n", name);
    if (preload)
        print_environment(writable);
    puts("        \"mounts\": [");
    print_mount(files->library, INSIDE, false);
    if (files->second[0] != '\0')
        print_mount(files->second, "/usr/lib/" PRELOAD_SECOND, false);
    print_mount(files->command, "/usr/bin/qlshim", true);
    fputs("        ]\n      }\n    }", stdout);
}

static int print_spec(const char *library, const char *writable) {
    struct files files;
    char *setting = NULL;
    if (!find_files(library, writable, &files) ||
        (writable != NULL && asprintf(&setting, "QLSHIM_WRITABLE=%s", writable) < 0))
        return EXIT_USAGE;
    puts("{\n  \"cdiVersion\": \"0.3.0\",\n  \"kind\": \"qlshim.org/shim\",\n  \"devices\": [");
    print_device("all", &files, true, setting);
    puts(",");
    print_device("files", &files, false, NULL);
    puts("\n  ]\n}");
    free(setting);
    return 0;
}

int command_cdi(int argc, char *argv[]) {
    static const struct option options[] = {{"writable", required_argument, NULL, 0},
                                            {"library", required_argument, NULL, 0},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *library = NULL;
    int index = 0;
    int found;
    unsetenv("QLSHIM_WRITABLE"); /* that of this shell is not the containers' */
    while ((found = options_next(argc, argv, options, &index)) == 0)
        if (index == 1)
            library = optarg;
        else if (!options_writable(optarg))
            return EXIT_USAGE;
    if (found == 'h') {
        fputs(usage, stdout);
        return 0;
    }
    if (found != -1)
        return found;
    if (optind != argc) {
        fprintf(stderr, "qlshim: cdi takes no argument: %s; see qlshim cdi --help\n", argv[optind]);
        return EXIT_USAGE;
    }
    return print_spec(library, getenv("QLSHIM_WRITABLE"));
}
