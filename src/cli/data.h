/* cli/data.h - the data folder that commands work on. */
#ifndef Q_CLI_DATA_H
#define Q_CLI_DATA_H

#include "store/catalog.h"

/* `given` (an option's value), or $QUERN_DATA, or $XDG_DATA_HOME/quern, or
 * ~/.local/share/quern. In the arena; NULL when none can be told.
 */
const char *cli_data_dir(const char *given, q_arena *a);

/* Make the folder if need be and open its catalog. CLI_OK, or CLI_FAILED with
 * the reason on stderr.
 */
int cli_data_open(const char *given, q_catalog **out);

/* "s3://BUCKET/PREFIX" into its two parts, borrowed from it. False for anything else. */
bool cli_s3_uri(const char *uri, q_str *bucket, q_str *prefix);

#endif
