/* store/catalog.h - all metadata, in SQL.
 *
 * A small interface over SQLite (WAL, full sync), so that another database
 * can stand behind it: portable SQL, numbered parameters ?1 ?2 ..., one
 * connection a thread at a time from a pool. Statements are prepared once and
 * cached by their text, so that text should be a literal.
 */
#ifndef Q_STORE_CATALOG_H
#define Q_STORE_CATALOG_H

#include "base/value.h"

typedef struct q_catalog q_catalog;
typedef struct q_rows q_rows; /* a running query */

/* Opens or creates DIR/catalog.db and brings its schema up to date. */
Q_MUST_USE q_code q_catalog_open(const char *dir, q_catalog **out, q_err *err);
void q_catalog_close(q_catalog *c); /* NULL is fine */

/* A parameter: Q_P_INT(n), Q_P_TEXT(str), Q_P_BLOB(str), Q_P_DOUBLE(d), Q_P_NULL. */
typedef struct q_param {
    q_kind kind; /* Q_VALUE_INT, Q_VALUE_DOUBLE, Q_VALUE_STRING, Q_VALUE_BLOB, Q_VALUE_NULL */
    int64_t i;
    double d;
    q_str s;
} q_param;

/* clang-format off */
#define Q_P_INT(v)    ((q_param){.kind = Q_VALUE_INT, .i = (int64_t)(v)})
#define Q_P_DOUBLE(v) ((q_param){.kind = Q_VALUE_DOUBLE, .d = (v)})
#define Q_P_TEXT(v)   ((q_param){.kind = Q_VALUE_STRING, .s = (v)})
#define Q_P_BLOB(v)   ((q_param){.kind = Q_VALUE_BLOB, .s = (v)})
#define Q_P_NULL      ((q_param){.kind = Q_VALUE_NULL})
/* For the params argument: an array and its length. */
#define Q_PARAMS(...) (const q_param[]){__VA_ARGS__}, \
    sizeof((const q_param[]){__VA_ARGS__}) / sizeof(q_param)
#define Q_NO_PARAMS NULL, 0
/* clang-format on */

/* Run one statement that returns no rows. *changed (may be NULL) counts the
 * rows it touched. Durable when it returns, outside a transaction.
 * Q_EXISTS when a unique constraint refuses.
 */
Q_MUST_USE q_code q_catalog_run(q_catalog *c, const char *sql, const q_param *params, size_t n,
                                int64_t *changed, q_err *err);

/* Query; q_rows_next says whether *more row is there. Close in any case, and
 * inside a transaction before it ends. Parameters are copied. Outside a
 * transaction the statement must only read.
 */
Q_MUST_USE q_code q_catalog_query(q_catalog *c, const char *sql, const q_param *params, size_t n,
                                  q_rows **out, q_err *err);
Q_MUST_USE q_code q_rows_next(q_rows *r, bool *more, q_err *err);
void q_rows_close(q_rows *r); /* NULL is fine */
int64_t q_rows_int(q_rows *r, int column);
double q_rows_double(q_rows *r, int column);
/* Copied into the arena; .p NULL when the column is NULL or the arena full. */
q_str q_rows_text(q_rows *r, int column, q_arena *a);
bool q_rows_is_null(q_rows *r, int column);

/* All of fn's statements, made through the same q_catalog by this thread, are
 * one write transaction: committed when it returns Q_OK, undone otherwise.
 * Called inside a transaction it joins that one. fn must not wait for other
 * threads that write, and may run in one of them while this one waits.
 */
Q_MUST_USE q_code q_catalog_transact(q_catalog *c,
                                     q_code (*fn)(q_catalog *c, void *arg, q_err *err), void *arg,
                                     q_err *err);

/* Inside a transaction: call fn(ctx) once it is committed, with nothing held;
 * never, if it is undone. False outside of one, or when there is no room: then
 * it is not called. The same fn and ctx are called once.
 */
Q_MUST_USE bool q_catalog_after(q_catalog *c, void (*fn)(void *ctx), void *ctx);

#endif
