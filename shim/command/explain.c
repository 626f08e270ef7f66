/* qlshim explain: from a pasted error message to its cause and its mend. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/command.h"
#include "command/lines.h"
#include "command/messages.h"
#include "command/options.h"
#include "command/plain.h"

static const char usage[] =
    "usage: qlshim explain [TEXT…]\n"
    "\n"
    "Says what an error message means and what helps. Without a TEXT it reads standard\n"
    "input, for instance a whole log: docker logs NAME 2>&1 | qlshim explain\n"
    "\n"
    "  --help   this text\n"
    "\n"
    "Exit status: 0 where a message was known, 1 where none was.\n";

/* A whole log explains the same thing again and again: each explanation is printed once. */
enum { EXPLANATIONS_MOST = 64 };
static const char *printed[EXPLANATIONS_MOST];
static unsigned printed_count;

static bool is_printed(const struct explanation *explanation) {
    for (unsigned i = 0; i < printed_count; i++)
        if (printed[i] == explanation->cause.start)
            return true;
    return false;
}

static void print_span(const char *name, struct span span) {
    printf("  %s%.*s\n", name, (int)span.length, span.start);
}

static const char *words_for(struct span with_qlshim) {
    if (strncmp(with_qlshim.start, "works", with_qlshim.length) == 0)
        return "it works";
    if (strncmp(with_qlshim.start, "helps", with_qlshim.length) == 0)
        return "see what to do";
    return "out of its reach";
}

static bool explain(const char *text) {
    struct explanation explanation;
    if (!messages_find(text, &explanation))
        return false;
    if (is_printed(&explanation) || printed_count == EXPLANATIONS_MOST)
        return true;
    if (printed_count > 0)
        putchar('\n');
    printed[printed_count++] = explanation.cause.start;
    plain_print(text);
    putchar('\n');
    print_span("cause:        ", explanation.cause);
    printf("  with qlshim:  %s\n", words_for(explanation.with_qlshim));
    print_span("what to do:   ", explanation.mend);
    return true;
}

/* Without its NULs: PowerShell's ">" writes each letter with one (UTF-16). */
static void drop_nuls(char *line, size_t length) {
    char *to = line;
    for (size_t i = 0; i < length; i++)
        if (line[i] != '\0')
            *to++ = line[i];
    *to = '\0';
}

static bool explain_input(bool *known) {
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    if (isatty(STDIN_FILENO))
        fputs("Paste the message, then press Ctrl-D.\n", stderr);
    while ((length = getline(&line, &capacity, stdin)) > 0) {
        drop_nuls(line, (size_t)length);
        *known = lines_each(line, explain) || *known;
    }
    bool read = !ferror(stdin);
    if (!read)
        fprintf(stderr, "qlshim: cannot read standard input: %s\n", strerror(errno));
    free(line);
    return read;
}

/* The arguments are one text, as echo would print it; it may hold several lines. */
static bool explain_arguments(char *words[]) {
    char *text = NULL;
    size_t size = 0;
    bool known = false;
    FILE *joined = open_memstream(&text, &size);
    if (joined == NULL)
        return false;
    for (; *words != NULL; words++)
        fprintf(joined, "%s%s", *words, words[1] != NULL ? " " : "");
    fclose(joined);
    known = lines_each(text, explain);
    free(text);
    return known;
}

int command_explain(int argc, char *argv[]) {
    int first = 0;
    bool known = false;
    int status = options_flag(argc, argv, usage, NULL, NULL, &first);
    if (status != OPTIONS_READ)
        return status;
    if (first < argc)
        known = explain_arguments(argv + first);
    else if (!explain_input(&known))
        return EXIT_USAGE;
    if (known)
        return 0;
    puts(
        "This message is not known to qlshim. `qlshim doctor` tries what would fail here;\n"
        "QLSHIM_LOG=debug shows what the library does.");
    return EXIT_NEEDS_READER;
}
