/* store/listing.h - keys of a bucket in byte order, folded at a delimiter.
 *
 * Keys that share the text up to the first delimiter behind the prefix come
 * as one common prefix; the index is entered anew behind each, so a listing
 * costs what it returns, not what it folds.
 */
#ifndef Q_STORE_LISTING_H
#define Q_STORE_LISTING_H

#include "store/object.h"

typedef struct q_listing_query {
    q_str bucket, prefix;
    q_str delimiter; /* "" folds nothing */
    q_str after;     /* keys and common prefixes greater than this */
    size_t limit;    /* of keys and common prefixes together */
} q_listing_query;

typedef struct q_listed {
    bool folded;     /* a common prefix: only object.key is set, the prefix */
    q_object object; /* without attributes and file */
} q_listed;

typedef struct q_listing {
    q_listed *items;
    size_t count;
    bool truncated; /* more would follow the last item */
} q_listing;

/* In the arena. An unknown bucket lists nothing. */
Q_MUST_USE q_code q_listing_read(q_objects *o, const q_listing_query *query, q_arena *a,
                                 q_listing *out, q_err *err);

#endif
