#include "cli/data.h"

#include "base/clock.h"
#include "base/file.h"
#include "cli/command.h"
#include "service/lex_bots.h"

#include <stdlib.h>

const char *cli_data_dir(const char *given, q_arena *a)
{
    const char *quern = getenv("QUERN_DATA"), *xdg = getenv("XDG_DATA_HOME"),
               *home = getenv("HOME");

    if (given)
        return given;
    if (quern && *quern)
        return quern;
    if (xdg && *xdg)
        return q_str_printf(a, "%s/quern", xdg).p;
    return home && *home ? q_str_printf(a, "%s/.local/share/quern", home).p : NULL;
}

int cli_data_open(const char *given, q_catalog **out)
{
    q_arena *a = q_arena_new(1 << 16);
    const char *dir = a ? cli_data_dir(given, a) : NULL;
    q_err err;
    q_code rc;

    if (!dir)
        rc = q_err_set(&err, Q_NOTFOUND, "no data folder; give --data DIR");
    else
        rc = q_dir_make(dir, 0700, &err);
    if (!rc)
        rc = q_catalog_open(dir, out, &err);
    if (!rc)
        rc = q_bots_adopt(*out, q_now_ms(), &err);
    if (rc)
        cli_error("%s", err.msg);
    q_arena_free(a);
    return rc ? CLI_FAILED : CLI_OK;
}

bool cli_s3_uri(const char *uri, q_str *bucket, q_str *prefix)
{
    q_str s = q_str_of(uri);

    if (!q_str_starts(s, Q_STR("s3://")))
        return false;
    q_str_cut(q_str_sub(s, 5, s.n), '/', bucket, prefix);
    return bucket->n > 0;
}
