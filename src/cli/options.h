/* cli/options.h - the words behind a command: options and operands.
 *
 *     static const cli_option options[] = {{"format", "text|json|tsv"}, {"quiet", NULL}};
 *     if (cli_options_read(&cli_read, options, 2, argc, argv, &words)) return CLI_USAGE;
 *     const char *format = words.values[0];    // NULL when not given
 *
 * `--name value` and `--name=value`; a flag (no argument) has the value "". An
 * option whose name is one letter is `-o value`.
 * `--` ends the options. An unknown option or a missing value is reported on
 * stderr with the usage line.
 */
#ifndef Q_CLI_OPTIONS_H
#define Q_CLI_OPTIONS_H

#include "cli/command.h"

enum { CLI_MAX_OPTIONS = 16 };

typedef struct cli_option {
    const char *name;     /* without the dashes */
    const char *argument; /* "DIR"; "a|b|c" admits only these; NULL: a flag */
} cli_option;

typedef struct cli_words {
    const char *values[CLI_MAX_OPTIONS]; /* by the option's place */
    char **operands;                     /* argv, compacted in place */
    int count;
} cli_words;

/* CLI_OK or CLI_USAGE. */
int cli_options_read(const cli_command *command, const cli_option *options, size_t n, int argc,
                     char **argv, cli_words *out);

#endif
