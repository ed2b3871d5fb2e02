#include "store/listing.h"

#include "store/objects.h"

#include <string.h>

enum { BATCH = 1001 };

typedef struct scan {
    q_objects *store;
    const q_listing_query *query;
    q_arena *arena;
    q_str from; /* the first key of interest; inclusive */
    q_str to;   /* the first beyond the prefix; empty: no end */
    q_listing *out;
    size_t cap;
} scan;

/* The first text in byte order that is greater than all that start with s; .n
 * is 0 when there is none. .p is NULL when the arena is full.
 */
static q_str past(q_arena *a, q_str s)
{
    q_str copy;

    while (s.n && (unsigned char)s.p[s.n - 1] == 0xff)
        s.n--;
    copy = q_str_copy(a, s);
    if (copy.p && copy.n)
        ((char *)copy.p)[copy.n - 1]++;
    return copy;
}

/* The first text greater than s: s and a zero byte. */
static q_str behind(q_arena *a, q_str s)
{
    q_str copy = q_str_copy(a, s); /* with a NUL behind it */

    if (copy.p)
        copy.n++;
    return copy;
}

/* The common prefix that `key` folds into, or nothing. */
static q_str fold(const q_listing_query *q, q_str key)
{
    size_t at;

    if (!q->delimiter.n)
        return (q_str){NULL, 0};
    at = q_str_find(q_str_sub(key, q->prefix.n, key.n), q->delimiter);
    if (at == SIZE_MAX)
        return (q_str){NULL, 0};
    return q_str_sub(key, 0, q->prefix.n + at + q->delimiter.n);
}

/* Where to begin: behind `after`; behind all of it when it is itself a common
 * prefix, as the last item of an earlier page may be.
 */
static q_code scan_init(scan *s, q_err *err)
{
    const q_listing_query *q = s->query;

    s->to = past(s->arena, q->prefix);
    s->from = q->prefix.n ? q->prefix : Q_STR("");
    if (q->after.n && q_str_cmp(q->after, q->prefix) >= 0) {
        q_str folded = q_str_starts(q->after, q->prefix) ? fold(q, q->after) : (q_str){NULL, 0};

        if (folded.n && folded.n == q->after.n)
            s->from = past(s->arena, folded);
        else
            s->from = behind(s->arena, q->after);
    }
    return s->to.p && s->from.p ? Q_OK : q_err_nomem(err);
}

static q_code add(scan *s, q_listed item, q_err *err)
{
    q_listing *out = s->out;

    if (q_arena_grow(s->arena, &out->items, &s->cap, out->count + 1, sizeof item))
        return q_err_nomem(err);
    out->items[out->count++] = item;
    return item.object.key.p ? Q_OK : q_err_nomem(err);
}

static q_code rows_open(scan *s, size_t limit, q_rows **rows, q_err *err)
{
    q_str bucket = s->query->bucket;

    if (s->to.n)
        return q_catalog_query(
            s->store->catalog,
            "SELECT key, size, etag, modified_ms FROM object"
            " WHERE bucket = ?1 AND key >= ?2 AND key < ?3"
            " ORDER BY key LIMIT ?4",
            Q_PARAMS(Q_P_TEXT(bucket), Q_P_TEXT(s->from), Q_P_TEXT(s->to), Q_P_INT(limit)), rows,
            err);
    return q_catalog_query(s->store->catalog,
                           "SELECT key, size, etag, modified_ms FROM object"
                           " WHERE bucket = ?1 AND key >= ?2 ORDER BY key LIMIT ?3",
                           Q_PARAMS(Q_P_TEXT(bucket), Q_P_TEXT(s->from), Q_P_INT(limit)), rows,
                           err);
}

/* One row into the page. *again: the index is to be entered anew at s->from;
 * *full: the page is.
 */
static q_code take(scan *s, q_rows *rows, bool *again, bool *full, q_err *err)
{
    q_str key = q_rows_text(rows, 0, s->arena), folded;

    if (!key.p)
        return q_err_nomem(err);
    if (s->out->count == s->query->limit) {
        s->out->truncated = *full = true;
        return Q_OK;
    }
    folded = fold(s->query, key);
    if (folded.n) {
        s->from = past(s->arena, folded);
        if (!s->from.p)
            return q_err_nomem(err);
        *again = true;
        return add(s, (q_listed){.folded = true, .object.key = folded}, err);
    }
    s->from = behind(s->arena, key);
    if (!s->from.p)
        return q_err_nomem(err);
    return add(s,
               (q_listed){.object = {.bucket = s->query->bucket,
                                     .key = key,
                                     .size = (uint64_t)q_rows_int(rows, 1),
                                     .etag = q_rows_text(rows, 2, s->arena),
                                     .modified_ms = q_rows_int(rows, 3)}},
               err);
}

/* One query's rows. *more: there may be others behind s->from. */
static q_code batch(scan *s, bool *more, q_err *err)
{
    size_t left = s->query->limit - s->out->count + 1, limit = left < BATCH ? left : BATCH, n = 0;
    q_rows *rows = NULL;
    bool again = false, full = false;
    q_code rc = rows_open(s, limit, &rows, err);

    for (; !rc && !again && !full && n < limit; n++) {
        rc = q_rows_next(rows, more, err);
        if (rc || !*more)
            break;
        rc = take(s, rows, &again, &full, err);
    }
    q_rows_close(rows);
    *more = again ? s->from.n > 0 : !full && n == limit;
    return rc;
}

q_code q_listing_read(q_objects *o, const q_listing_query *query, q_arena *a, q_listing *out,
                      q_err *err)
{
    scan s = {.store = o, .query = query, .arena = a, .out = out};
    bool more = query->limit > 0;
    q_code rc = scan_init(&s, err);

    *out = (q_listing){0};
    while (!rc && more)
        rc = batch(&s, &more, err);
    return rc;
}
