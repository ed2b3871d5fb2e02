/* cli/reading.h - read the files that a command names, one after the other.
 *
 * Pages are read in sandboxed workers on every core; a bar shows the progress.
 * A file that cannot be read is reported on stderr by name and the next one
 * is taken up. What was read goes into the index of the data folder, for quern search.
 */
#ifndef Q_CLI_READING_H
#define Q_CLI_READING_H

#include "base/buf.h"
#include "base/value.h"
#include "document/page.h"

/* Called for each file that was read, in order; writes to `out`, which goes to
 * stdout. Everything is in the arena, which goes after the call.
 */
typedef struct cli_reader {
    q_code (*file)(void *ctx, const char *path, const q_pages *pages, q_arena *a, q_buf *out,
                   q_err *err);
    void *ctx;
} cli_reader;

typedef struct cli_reading_options {
    const char *recogniser; /* what --recogniser said; NULL: not given */
    const char *data;       /* what --data said; NULL: not given */
    bool no_index;          /* leave no trace */
    bool marks;             /* look for what is drawn, too */
} cli_reading_options;

/* "-" is standard input, which is not indexed. CLI_OK, or CLI_FAILED when any file failed. */
int cli_reading(const cli_reader *reader, const cli_reading_options *options, char **files,
                int count);

/* What commands that read say of the options they share. */
#define CLI_READING_HELP                                                                           \
    "  --recogniser NAME  ppocr or tesseract: who reads pictures (default:\n"                      \
    "                  $QUERN_RECOGNISER, else ppocr where its models are installed)\n"            \
    "  --data DIR      the data folder in whose index what was read can be searched\n"             \
    "                  (default: $QUERN_DATA, else ~/.local/share/quern)\n"                        \
    "  --no-index      keep nothing of what was read\n"                                            \
    "\n"                                                                                           \
    "A file that cannot be read is named on stderr, the others are still read, and\n"              \
    "the exit status is 1.\n"

/* An API's reply as JSON: indented, or one line of many. Q_NOMEM when the
 * reply could not be built whole.
 */
Q_MUST_USE q_code cli_put_reply(const q_value *reply, bool many, q_buf *out, q_err *err);

#endif
