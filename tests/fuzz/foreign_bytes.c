/*
 * A fuzzer (libFuzzer) for all that reads bytes which others wrote: markers, addresses, records,
 * settings, programs, messages. The first byte chooses. What must hold beyond "no crash": what is
 * accepted has the exact form, and comes out again as it went in.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "command/doctor/program.h"
#include "command/lines.h"
#include "command/messages.h"
#include "core/settings.h"
#include "sockets/address.h"
#include "sockets/marker.h"
#include "sockets/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void fuzz_marker(const char *bytes, size_t size) {
    char address[SOCKET_PATH_SIZE];
    char again[MARKER_SIZE];
    struct private_address found;
    struct private_address parts;
    if (!marker_parse(bytes, size, address, &found))
        return;
    require(address_is_private(address, &parts));
    require(found.folder_length == parts.folder_length && found.owner == parts.owner);
    marker_format(address, again);
    require(size == MARKER_SIZE && memcmp(bytes, again, MARKER_SIZE) == 0);
}

static void fuzz_address(const char *bytes, size_t size) {
    char path[SOCKET_PATH_SIZE];
    struct sockaddr_un address;
    struct private_address parts;
    size_t length = address_path((const struct sockaddr *)bytes, (socklen_t)size, path);
    require(length <= SOCKET_PATH_LONGEST && (length == 0 || strlen(path) == length));
    if (length == 0)
        return;
    require(address_set(&address, path) == offsetof(struct sockaddr_un, sun_path) + length + 1);
    if (address_is_private(path, &parts))
        require(path[0] == '/' && parts.folder_length + 17 == length);
}

static void fuzz_record(const char *string) {
    char again[VERDICT_TEXT_SIZE];
    struct verdict verdict;
    if (!verdict_parse(string, &verdict))
        return;
    verdict_format(&verdict, again);
    require(strcmp(string, again) == 0);
}

/* The bytes, cut at newlines, are the environment. */
static void fuzz_settings(char *string) {
    char *environment[64] = {"QLSHIM_LOG=off"}; /* bad values are named; not a million times */
    size_t count = 1;
    for (char *entry = strtok(string, "\n"); entry != NULL && count < 63;
         entry = strtok(NULL, "\n"))
        environment[count++] = entry;
    environment[count] = NULL;
    settings_load(environment, false);
    require(strlen(settings.tmpdir) <= TMPDIR_LONGEST);
    require(settings.tmpdir[0] == '\0' || settings.tmpdir[0] == '/');
    require(settings.sockets <= SOCKETS_OFF);
}

static void fuzz_program(const char *bytes, size_t size) {
    char interpreter[PATH_MAX];
    enum reach reach = program_reach_of((const unsigned char *)bytes, size, interpreter);
    require(reach < REACH_KINDS && (reach != REACH_SCRIPT || strlen(interpreter) > 0));
}

static bool find_message(const char *text) {
    struct explanation explanation;
    bool found = messages_find(text, &explanation);
    require(!found || (explanation.cause.length > 0 && explanation.mend.length > 0));
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    size--;
    char *copy = malloc(size + 1); /* of exactly that size: AddressSanitizer watches its ends */
    if (copy == NULL)
        return 0;
    memcpy(copy, data + 1, size);
    copy[size] = '\0';
    switch (data[0] % 6) {
    case 0:
        fuzz_marker(copy, size);
        break;
    case 1:
        if (size >= sizeof(sa_family_t))
            fuzz_address(copy, size);
        break;
    case 2:
        fuzz_record(copy);
        break;
    case 3:
        fuzz_program(copy, size);
        break;
    case 4:
        lines_each(copy, find_message);
        break;
    default:
        if (strstr(copy, "LOG_FILE") == NULL) /* no file of the fuzzer's choice is written */
            fuzz_settings(copy);
    }
    free(copy);
    return 0;
}
