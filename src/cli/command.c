#include "cli/command.h"

#include "base/log.h"
#include "service/comprehend_learn.h"
#include "service/lex_archive.h"
#include "service/picture.h"
#include "service/reader.h"
#include "service/searchable.h"
#include "serving/host.h"
#include "work/worker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const cli_command *const cli_commands[] = {
    &cli_serve,    &cli_read,   &cli_pdf,      &cli_expense, &cli_analyze,
    &cli_ask,      &cli_search, &cli_entities, &cli_phrases, &cli_sentiment,
    &cli_language, &cli_pii,    &cli_classify, &cli_chat,    &cli_bot,
    &cli_function, &cli_model,  &cli_version,  &cli_help,    NULL,
};

const cli_command *cli_find(const char *name)
{
    for (const cli_command *const *c = cli_commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

const cli_command *cli_find_verb(const cli_command *command, const char *name)
{
    size_t prefix = strlen(command->name) + 1;

    for (const cli_command *const *v = command->verbs; v && *v; v++)
        if (strcmp((*v)->name + prefix, name) == 0)
            return *v;
    return NULL;
}

void cli_error(const char *fmt, ...)
{
    va_list ap;

    fputs("quern: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

int cli_usage(const cli_command *command, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "quern %s: ", command->name);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\nusage: quern %s %s\nMore: quern help %s\n", command->name,
            command->arguments, command->name);
    return CLI_USAGE;
}

/* How many single-character edits turn a into b; names are short. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[32], n = strlen(b);

    if (n + 1 > sizeof row / sizeof *row)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[n];
}

/* quern COMMAND --help, quern COMMAND VERB --help. */
static int help_of(const cli_command *command, const char *word)
{
    const char *names[] = {command->name, word, NULL};

    return cli_help.run(cli_find_verb(command, word) ? 2 : 1, (char **)(uintptr_t)names);
}

static int unknown_command(const char *name)
{
    const char *near = NULL;
    size_t best = 3;

    for (const cli_command *const *c = cli_commands; *c; c++) {
        size_t d = edit_distance(name, (*c)->name);

        if (d < best) {
            best = d;
            near = (*c)->name;
        }
    }
    if (near)
        cli_error("%s is no command; did you mean %s?", name, near);
    else
        cli_error("%s is no command; quern help lists them", name);
    return CLI_USAGE;
}

int cli_main(int argc, char **argv)
{
    const cli_command *command;
    const char *name = argc > 1 ? argv[1] : "help";

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    if (strcmp(name, Q_WORKER_COMMAND) == 0) /* not for people: the server starts itself so */
        return q_worker_main(q_reader_tasks, q_reader_task_count, q_reader_prepare,
                             q_reader_release);
    if (strcmp(name, Q_PICTURE_COMMAND) == 0)
        return q_worker_main(q_reader_tasks, q_reader_task_count, q_picture_prepare,
                             q_reader_release);
    if (strcmp(name, Q_WRITER_COMMAND) == 0)
        return q_worker_main(q_searchable_tasks, q_searchable_task_count, NULL, NULL);
    if (strcmp(name, Q_ARCHIVE_COMMAND) == 0)
        return q_worker_main(q_archive_tasks, q_archive_task_count, NULL, NULL);
    if (strcmp(name, Q_HOST_COMMAND) == 0)
        return q_worker_main(q_host_tasks, q_host_task_count, NULL, NULL);
    if (strcmp(name, Q_LEARNER_COMMAND) == 0)
        return q_worker_main(q_learner_tasks, q_learner_task_count, q_learner_prepare,
                             q_learner_release);
    command = cli_find(name);
    if (!command)
        return unknown_command(name);
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return help_of(command, argv[2]);
    return command->run(argc > 2 ? argc - 2 : 0, argv + (argc > 2 ? 2 : argc));
}
