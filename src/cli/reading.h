/* cli/reading.h - read the files that a command names, one after the other.
 *
 * Pages are read in sandboxed workers on every core; a bar shows the progress.
 * A file that cannot be read is reported on stderr by name and the next one
 * is taken up.
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

/* "-" is standard input. `recogniser` is what --recogniser said, NULL when it was not given.
 * CLI_OK, or CLI_FAILED when any file failed.
 */
int cli_reading(const cli_reader *reader, const char *recogniser, char **files, int count);

/* An API's reply as JSON: indented, or one line of many. Q_NOMEM when the
 * reply could not be built whole.
 */
Q_MUST_USE q_code cli_put_reply(const q_value *reply, bool many, q_buf *out, q_err *err);

#endif
