/* store/connection.h - one SQLite connection with its prepared statements.
 *
 * Private to the store. A connection serves one thread at a time; its
 * statements are prepared once and found again by their text. A q_rows is
 * such a statement while it runs.
 */
#ifndef Q_STORE_CONNECTION_H
#define Q_STORE_CONNECTION_H

#include "store/catalog.h"

#include <sqlite3.h>

enum { CONNECTION_BUCKETS = 64, CONNECTION_STATEMENTS = 256 };

typedef struct connection connection;

struct q_rows {
    sqlite3_stmt *statement;
    connection *owner;
    q_catalog *catalog; /* to give the owner back to, or NULL */
    char *sql;          /* owned */
    uint32_t hash;
    bool running;
    bool cached; /* in a bucket of its owner */
    q_rows *next;
};

struct connection {
    sqlite3 *db;
    q_rows *buckets[CONNECTION_BUCKETS];
    size_t statements;
    connection *next; /* in the catalog's list of idle readers */
};

/* Opens or creates the database file; a reader refuses to write. */
Q_MUST_USE q_code connection__open(const char *path, bool reader, connection **out, q_err *err);
void connection__free(connection *c); /* NULL is fine */

/* A statement ready to step, its parameters bound. With `copy` they are
 * copied; without, they must live until connection__done.
 */
Q_MUST_USE q_code connection__start(connection *c, const char *sql, const q_param *params, size_t n,
                                    bool copy, q_rows **out, q_err *err);
/* Q_OK with *more telling whether a row is there. */
Q_MUST_USE q_code connection__step(q_rows *r, bool *more, q_err *err);
void connection__done(q_rows *r);

/* Start to end, dropping any rows. */
Q_MUST_USE q_code connection__run(connection *c, const char *sql, const q_param *params, size_t n,
                                  q_err *err);

#endif
