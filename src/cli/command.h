/* cli/command.h - the commands of the program, and what they share.
 *
 * Exit status: 0 done, 1 the work failed (the reason is on stderr), 2 wrong
 * usage.
 */
#ifndef Q_CLI_COMMAND_H
#define Q_CLI_COMMAND_H

#include "base/str.h"

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

typedef struct cli_command {
    const char *name;
    const char *arguments;                  /* "FILE... [--format text|json|tsv]" */
    const char *summary;                    /* one line */
    const char *help;                       /* what `quern help NAME` prints below it; 80 columns */
    int (*run)(int argc, char **argv);      /* argv[0] is the first word behind the command */
    const struct cli_command *const *verbs; /* `quern model show`: commands whose names begin
                                               with this one's; ends with NULL; or NULL */
} cli_command;

extern const cli_command cli_serve, cli_read, cli_pdf, cli_expense, cli_analyze, cli_ask,
    cli_search, cli_chat, cli_bot, cli_function, cli_model, cli_version, cli_help, cli_entities,
    cli_phrases, cli_sentiment, cli_language, cli_pii, cli_classify;

/* All that are shown, in the order of `quern help`; ends with NULL. */
extern const cli_command *const cli_commands[];

const cli_command *cli_find(const char *name); /* NULL for an unknown one */
/* The one of `verbs` whose last word this is; NULL for an unknown one. */
const cli_command *cli_find_verb(const cli_command *command, const char *name);

/* The program: pick the command, run it. argv as main got it. */
int cli_main(int argc, char **argv);

/* "quern: message" on stderr. */
void cli_error(const char *fmt, ...) Q_PRINTF(1, 2);

/* The command's usage line and a pointer to its help on stderr; CLI_USAGE. */
int cli_usage(const cli_command *command, const char *fmt, ...) Q_PRINTF(2, 3);

#endif
