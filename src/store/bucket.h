/* store/bucket.h - named containers of objects. */
#ifndef Q_STORE_BUCKET_H
#define Q_STORE_BUCKET_H

#include "store/object.h"

typedef struct q_bucket {
    q_str name, region;
    int64_t created_ms;
} q_bucket;

/* Q_EXISTS when there is one of that name. The caller has checked the name. */
Q_MUST_USE q_code q_bucket_create(q_objects *o, const q_bucket *bucket, q_err *err);
/* Q_NOTFOUND without one. In the arena. */
Q_MUST_USE q_code q_bucket_get(q_objects *o, q_str name, q_arena *a, q_bucket *out, q_err *err);
/* By name, after `after` ("" for the first), at most `limit`. In the arena. */
Q_MUST_USE q_code q_bucket_list(q_objects *o, q_str after, size_t limit, q_arena *a, q_bucket **out,
                                size_t *count, q_err *err);
/* With its unfinished uploads. Q_NOTFOUND; Q_BUSY when objects are in it. */
Q_MUST_USE q_code q_bucket_delete(q_objects *o, q_str name, q_err *err);

#endif
