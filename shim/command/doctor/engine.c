/* The container engines of this machine: whether they read CDI specs, as `qlshim cdi` prints. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "command/doctor/doctor.h"
#include "command/doctor/report.h"
#include "core/errno_name.h"
#include "exec/target.h"

enum { ANSWER_MOST = 256 * 1024, WAIT_SECONDS = 2 };

static const char spec_to_write[] =
    "`mkdir -p /etc/cdi && qlshim cdi >/etc/cdi/qlshim.json`; then `--device qlshim.org/shim=all` "
    "brings the shim into any image";

/* Connected, and never waiting long; or -1, and errno says why. */
static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval limit = {.tv_sec = WAIT_SECONDS};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* HTTP/1.0, in which the answer comes in one piece and ends with the connection. */
static bool ask(int fd, char answer[ANSWER_MOST]) {
    static const char request[] = "GET /info HTTP/1.0\r\nHost: docker\r\n\r\n";
    size_t filled = 0;
    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
        return false;
    for (ssize_t part; (part = recv(fd, answer + filled, ANSWER_MOST - 1 - filled, 0)) > 0;)
        filled += (size_t)part;
    answer[filled] = '\0';
    return strstr(answer, "\"ServerVersion\"") != NULL;
}

/* The first string behind a member's name, up to its quote; "" where there is none. */
static const char *string_behind(const char *answer, const char *name, char value[64]) {
    const char *found = strstr(answer, name);
    value[0] = '\0';
    if (found != NULL)
        snprintf(value, 64, "%.*s", (int)strcspn(found + strlen(name), "\""), found + strlen(name));
    return value;
}

/* Before 25 Docker knows no CDI; before 28.3 it must be told (features.cdi of its daemon.json). */
static void report_docker(const char *path, const char *answer) {
    char version[64];
    string_behind(answer, "\"ServerVersion\":\"", version);
    struct finding finding = {.area = "engine",
                              .status = FINDING_NOTE,
                              .subject = path,
                              .fact = text_of("Docker %s, which reads CDI specs", version),
                              .remedy = spec_to_write};
    if (strstr(answer, "\"CDISpecDirs\":[\"") != NULL) {
        finding.status = FINDING_FINE;
    } else if (atoi(version) >= 25) {
        finding.fact = text_of("Docker %s, which does not read CDI specs", version);
        finding.remedy = "`{\"features\": {\"cdi\": true}}` in /etc/docker/daemon.json lets it";
    } else {
        finding.fact = text_of("Docker %s, which knows no CDI specs", version);
        finding.remedy = "Docker 25 does; until then mount libqlshim.so and set LD_PRELOAD";
    }
    report(&finding);
}

static void examine_docker(const char *path) {
    char *answer = malloc(ANSWER_MOST);
    int fd = answer != NULL ? connect_to(path) : -1;
    if (fd >= 0 && ask(fd, answer))
        report_docker(path, answer);
    else if (fd >= 0 || errno == EACCES || errno == EPERM)
        report(&(struct finding){.area = "engine",
                                 .status = FINDING_NOTE,
                                 .subject = path,
                                 .fact = fd >= 0
                                             ? "does not answer as Docker does"
                                             : text_of("cannot be asked: %s", errno_name(errno)),
                                 .remedy = "who may use Docker can ask whether it reads CDI"});
    if (fd >= 0)
        close(fd);
    free(answer);
}

/* Podman reads them since 4.1, and has no server to ask. */
static void examine_podman(void) {
    char path[PATH_MAX];
    char line[128] = "";
    unsigned major = 0;
    unsigned minor = 0;
    const char *search = getenv("PATH");
    if (search == NULL || !target_find("podman", search, path))
        return;
    FILE *answer = popen("exec podman --version 2>/dev/null </dev/null", "r");
    if (answer == NULL)
        return;
    bool told = fgets(line, sizeof line, answer) != NULL &&
                sscanf(line, "podman version %u.%u", &major, &minor) == 2;
    pclose(answer);
    if (!told)
        return;
    bool reads = major > 4 || (major == 4 && minor >= 1);
    report(&(struct finding){
        .area = "engine",
        .status = reads ? FINDING_FINE : FINDING_NOTE,
        .subject = text_of("%s", path),
        .fact =
            text_of("Podman %u.%u, which %s CDI specs", major, minor, reads ? "reads" : "knows no"),
        .remedy = reads ? spec_to_write
                        : "Podman 4.1 does; until then mount libqlshim.so and set LD_PRELOAD"});
}

void examine_engines(void) {
    static const char scheme[] = "unix://";
    const char *host = getenv("DOCKER_HOST");
    if (host != NULL && strncmp(host, scheme, sizeof scheme - 1) == 0)
        examine_docker(host + sizeof scheme - 1);
    else if (host == NULL || *host == '\0')
        examine_docker("/var/run/docker.sock");
    examine_podman();
}
