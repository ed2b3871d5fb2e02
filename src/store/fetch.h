/* store/fetch.h - the rows of a query as structs. Private to the store. */
#ifndef STORE_FETCH_H
#define STORE_FETCH_H

#include "store/catalog.h"

typedef struct fetch {
    const char *sql; /* a literal */
    const q_param *params;
    size_t param_count;
    /* The struct of the row that `rows` stands on, its texts in the arena. */
    q_code (*fill)(q_rows *rows, q_arena *a, void *out, q_err *err);
    size_t size; /* of such a struct */
} fetch;

/* The first row into *out, the caller's struct; *found is false without one.
 * All three fail as q_catalog_query, q_rows_next and fill do.
 */
Q_MUST_USE q_code fetch__one(q_catalog *c, const fetch *f, q_arena *a, void *out, bool *found,
                             q_err *err);

/* All rows as an array in the arena. `out` is where its pointer goes, NULL for
 * no rows; nothing is written on failure.
 */
Q_MUST_USE q_code fetch__all(q_catalog *c, const fetch *f, q_arena *a, void *out, size_t *count,
                             q_err *err);

/* Does the query find a row? */
Q_MUST_USE q_code fetch__any(q_catalog *c, const char *sql, const q_param *params, size_t n,
                             bool *found, q_err *err);

#endif
