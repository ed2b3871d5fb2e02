/* Adding a table: append a migration to `migrations`, never change one that
 * has been released. Its number is its place in the list, from 1.
 */
#include "store/schema.h"

typedef struct migration {
    const char *name;
    const char *const *statements; /* ends with NULL */
} migration;

static const char *const records[] = {
    "CREATE TABLE record ("
    " space TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,"
    " version INTEGER NOT NULL, updated_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " PRIMARY KEY (space, key))",
    NULL,
};

static const char *const jobs[] = {
    "CREATE TABLE job ("
    " id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, token TEXT, request BLOB NOT NULL,"
    " state INTEGER NOT NULL, attempts INTEGER NOT NULL, owner TEXT, lease_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, result BLOB,"
    " error_code INTEGER NOT NULL, error TEXT,"
    " UNIQUE (kind, token))",
    "CREATE INDEX job_waiting ON job (state, kind, created_ms)",
    NULL,
};

/* file: the content's ID (store/content.h), '' for no bytes. attributes: the
 * caller's document, opaque here. A part's bytes are [start, start + size) of
 * its file, which is upload.file for one that lies in its final place.
 */
static const char *const objects[] = {
    "CREATE TABLE bucket ("
    " name TEXT NOT NULL PRIMARY KEY, region TEXT NOT NULL, created_ms INTEGER NOT NULL)",
    "CREATE TABLE object ("
    " bucket TEXT NOT NULL REFERENCES bucket (name), key TEXT NOT NULL, file TEXT NOT NULL,"
    " size INTEGER NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL,"
    " attributes BLOB NOT NULL,"
    " PRIMARY KEY (bucket, key)) WITHOUT ROWID",
    "CREATE INDEX object_file ON object (file)",
    "CREATE TABLE upload ("
    " id TEXT NOT NULL PRIMARY KEY, bucket TEXT NOT NULL REFERENCES bucket (name),"
    " key TEXT NOT NULL, file TEXT NOT NULL, slot INTEGER NOT NULL,"
    " started_ms INTEGER NOT NULL, attributes BLOB NOT NULL)",
    "CREATE UNIQUE INDEX upload_key ON upload (bucket, key, id)",
    "CREATE INDEX upload_file ON upload (file)",
    "CREATE TABLE part ("
    " upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE, number INTEGER NOT NULL,"
    " file TEXT NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,"
    " checksum TEXT NOT NULL, modified_ms INTEGER NOT NULL,"
    " PRIMARY KEY (upload, number)) WITHOUT ROWID",
    "CREATE INDEX part_file ON part (file)",
    NULL,
};

/* A page's boxes are its words' (q_search_box), in their order. A row of search_text has the number
 * of its search_page, one of search_value that of its search_field.
 */
static const char *const search[] = {
    "CREATE TABLE search_document ("
    " id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, version TEXT NOT NULL,"
    " pages INTEGER NOT NULL, read_ms INTEGER NOT NULL)",
    "CREATE TABLE search_page ("
    " id INTEGER PRIMARY KEY, document INTEGER NOT NULL, page INTEGER NOT NULL,"
    " boxes BLOB NOT NULL)",
    "CREATE INDEX search_page_document ON search_page (document, page)",
    "CREATE TABLE search_field ("
    " id INTEGER PRIMARY KEY, document INTEGER NOT NULL, page INTEGER NOT NULL,"
    " type TEXT NOT NULL, number REAL, day TEXT, box BLOB NOT NULL)",
    "CREATE INDEX search_field_document ON search_field (document)",
    "CREATE INDEX search_field_number ON search_field (number)",
    "CREATE INDEX search_field_day ON search_field (day)",
    "CREATE VIRTUAL TABLE search_text USING fts5 (text, tokenize = 'unicode61 remove_diacritics "
    "2')",
    "CREATE VIRTUAL TABLE search_value USING fts5 (label, value,"
    " tokenize = 'unicode61 remove_diacritics 2')",
    NULL,
};

/* A part holds the items from `first` on of its job's result (work/job_part.h). */
static const char *const job_parts[] = {
    "CREATE TABLE job_part ("
    " job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE, number INTEGER NOT NULL,"
    " first INTEGER NOT NULL, items INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY (job, number))",
    NULL,
};

/* version: 0 is what is edited. by_: who uses (store/definition.h). */
static const char *const definitions[] = {
    "CREATE TABLE definition ("
    " kind INTEGER NOT NULL, folded TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,"
    " body BLOB NOT NULL, checksum TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " updated_ms INTEGER NOT NULL, published INTEGER NOT NULL, status TEXT NOT NULL,"
    " reason TEXT NOT NULL, build INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " PRIMARY KEY (kind, folded, version))",
    "CREATE TABLE definition_use ("
    " by_kind INTEGER NOT NULL, by_folded TEXT NOT NULL, by_version INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, folded TEXT NOT NULL, version INTEGER NOT NULL,"
    " PRIMARY KEY (by_kind, by_folded, by_version, kind, folded, version))",
    "CREATE INDEX definition_used ON definition_use (kind, folded, version)",
    NULL,
};

/* What a user said to a version of a bot on a day (since 1970, UTC), and how often. */
static const char *const utterances[] = {
    "CREATE TABLE utterance ("
    " bot TEXT NOT NULL, version TEXT NOT NULL, missed INTEGER NOT NULL, text TEXT NOT NULL,"
    " speaker TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " PRIMARY KEY (bot, version, missed, text, speaker, day))",
    "CREATE INDEX utterance_day ON utterance (day)",
    NULL,
};

/* Bots were kept as files before they had definitions: they wait there until they are read in. */
static const char *const bot_files[] = {
    "UPDATE record SET space = 'bot-file' WHERE space = 'bot'",
    "UPDATE record SET space = 'bot-file-alias' WHERE space = 'bot-alias'",
    NULL,
};

/* To find those that expired. */
static const char *const expiry[] = {
    "CREATE INDEX record_expiry ON record (expires_ms) WHERE expires_ms != 0",
    NULL,
};

static const migration migrations[] = {
    {"records", records},       {"jobs", jobs},           {"objects", objects},
    {"search", search},         {"job parts", job_parts}, {"definitions", definitions},
    {"utterances", utterances}, {"bot files", bot_files}, {"expiry", expiry},
};

static const int64_t newest = sizeof migrations / sizeof migrations[0];

/* The number of the last migration applied; 0 for none. */
static q_code current(q_catalog *c, int64_t *number, q_err *err)
{
    q_rows *rows = NULL;
    bool more = false;
    q_code rc = q_catalog_query(c, "SELECT max(number) FROM migration", Q_NO_PARAMS, &rows, err);

    if (!rc)
        rc = q_rows_next(rows, &more, err);
    if (!rc)
        *number = more && !q_rows_is_null(rows, 0) ? q_rows_int(rows, 0) : 0;
    q_rows_close(rows);
    return rc;
}

static q_code check(int64_t number, q_err *err)
{
    if (number <= newest)
        return Q_OK;
    return q_err_set(err, Q_UNSUPPORTED,
                     "catalog has schema %lld; this program knows up to %lld: use a newer quern",
                     (long long)number, (long long)newest);
}

/* One step up, unless another process has taken it meanwhile. *arg: the
 * number reached.
 */
static q_code step(q_catalog *c, void *arg, q_err *err)
{
    int64_t *number = arg;
    q_code rc = current(c, number, err);
    const migration *m;

    if (!rc)
        rc = check(*number, err);
    if (rc || *number == newest)
        return rc;
    m = &migrations[*number];
    for (const char *const *sql = m->statements; *sql && !rc; sql++)
        rc = q_catalog_run(c, *sql, Q_NO_PARAMS, NULL, err);
    if (!rc)
        rc = q_catalog_run(c, "INSERT INTO migration (number, name) VALUES (?1, ?2)",
                           Q_PARAMS(Q_P_INT(*number + 1), Q_P_TEXT(q_str_of(m->name))), NULL, err);
    if (rc)
        return q_err_add(err, rc, "schema %lld (%s)", (long long)*number + 1, m->name);
    ++*number;
    return Q_OK;
}

q_code schema__upgrade(q_catalog *c, q_err *err)
{
    int64_t number = 0;
    q_code rc = q_catalog_run(c,
                              "CREATE TABLE IF NOT EXISTS migration"
                              " (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)",
                              Q_NO_PARAMS, NULL, err);

    if (!rc)
        rc = current(c, &number, err);
    if (!rc)
        rc = check(number, err);
    while (!rc && number < newest)
        rc = q_catalog_transact(c, step, &number, err);
    return rc;
}
