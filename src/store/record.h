/* store/record.h - small named documents: bots, sessions, functions.
 *
 * A record lives in a space under a key ("bot", "InvoiceBot") and holds bytes,
 * usually JSON. A version number counts its writes, for compare-and-set.
 */
#ifndef Q_STORE_RECORD_H
#define Q_STORE_RECORD_H

#include "store/catalog.h"

typedef struct q_record {
    q_str key, value;
    int64_t version; /* 1, 2, ... */
    int64_t updated_ms;
    int64_t expires_ms; /* 0: never */
} q_record;

/* Q_NOTFOUND when there is none, or it has expired. In the arena. */
Q_MUST_USE q_code q_record_get(q_catalog *c, q_str space, q_str key, int64_t now_ms, q_arena *a,
                               q_record *out, q_err *err);

/* Its version alone: what a large value's reader asks who may have it already. */
Q_MUST_USE q_code q_record_version(q_catalog *c, q_str space, q_str key, int64_t now_ms,
                                   int64_t *version, q_err *err);

/* Write whatever is there. */
Q_MUST_USE q_code q_record_put(q_catalog *c, q_str space, q_str key, q_str value, int64_t now_ms,
                               int64_t expires_ms, q_err *err);

/* Write only if the version is still `expected` (0: only if absent or
 * expired); Q_BUSY when another writer came first.
 */
Q_MUST_USE q_code q_record_swap(q_catalog *c, q_str space, q_str key, int64_t expected, q_str value,
                                int64_t now_ms, int64_t expires_ms, q_err *err);

Q_MUST_USE q_code q_record_delete(q_catalog *c, q_str space, q_str key, bool *existed, q_err *err);

/* Remove some of the records that expired an hour ago or more, so that none that
 * a writer still has in hand begins to count its versions anew.
 */
Q_MUST_USE q_code q_record_forget(q_catalog *c, int64_t now_ms, q_err *err);

/* Up to `limit` records by key, after `after` ("" for the first), in the arena. */
Q_MUST_USE q_code q_record_list(q_catalog *c, q_str space, q_str after, size_t limit,
                                int64_t now_ms, q_arena *a, q_record **out, size_t *count,
                                q_err *err);

#endif
