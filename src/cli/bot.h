/* cli/bot.h - what the commands about bots share. */
#ifndef Q_CLI_BOT_H
#define Q_CLI_BOT_H

#include "base/buf.h"
#include "cli/command.h"
#include "dialog/outcome.h"
#include "service/lex_bots.h"
#include "service/platform.h"

extern const cli_command cli_bot_import, cli_bot_list, cli_bot_show, cli_bot_export, cli_bot_test,
    cli_bot_fork, cli_bot_replay, cli_bot_confusion;

/* A bot of a file, or of the data folder (`data` as its option gave it, NULL:
 * the default) by name, with an alias or a version's number (NULL: $LATEST).
 * One reference for the caller.
 */
Q_MUST_USE q_code cli_bot_load(const char *data, const char *word, const char *alias,
                               q_bot_ready **out, q_err *err);

/* A file's bot as Lex V1's JSON: the file itself, or from a zip as V1 or V2 exports it. What a V2
 * bot has that is left out goes to stderr. In the arena.
 */
Q_MUST_USE q_code cli_bot_file(const char *path, q_arena *a, q_str *json, q_err *err);

/* The data folder's platform, served on a port of its own so that functions
 * reach what they use; the caller closes it. *out is NULL when no such folder is there.
 */
Q_MUST_USE q_code cli_bot_platform(const char *data, q_platform **out, q_err *err);

/* Whether an intent of it calls a function. */
bool cli_bot_has_hooks(const q_bot *bot);

/* How differences look: escape sequences, empty where nobody sees colours. */
typedef struct cli_style {
    const char *was, *is, *dim, *strong, *off;
    size_t width; /* of a line */
} cli_style;

cli_style cli_style_of_stdout(void);

/* "    said         - What size?\n                 + Which size?\n"; lines that agree
 * stand between. `patterns`: what was wanted may hold wildcards.
 */
Q_MUST_USE q_code cli_difference_put(q_buf *out, const cli_style *s, const q_difference *d,
                                     bool patterns, q_arena *a, q_err *err);

/* {"what", "wanted", "got", "line"} of each, into a list. */
void cli_differences_json(q_value *list, const q_differences *d);
/* What a turn came to, into a map. */
void cli_outcome_json(q_value *map, const q_outcome *o);

/* All of it, to stdout. */
Q_MUST_USE q_code cli_put(q_buf *b, q_err *err);
Q_MUST_USE q_code cli_put_json(const q_value *v, q_arena *a, q_err *err);

#endif
