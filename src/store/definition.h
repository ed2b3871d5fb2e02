/* store/definition.h - named documents that have versions and use one another: a bot its intents,
 * an intent its slot types.
 *
 *     $LATEST (version 0)  what is edited
 *     1, 2, ...            what was published of it: never changed
 *
 * A kind is a number of the owner's. Names are told apart without regard to ASCII case, and are
 * kept as they were first written.
 */
#ifndef Q_STORE_DEFINITION_H
#define Q_STORE_DEFINITION_H

#include "store/catalog.h"

enum {
    Q_LATEST = 0,
    Q_ALL_VERSIONS = -1 /* where a function says so */
};

/* One version of one definition, as others refer to it. */
typedef struct q_definition_ref {
    int kind;
    q_str name;
    int64_t version;
} q_definition_ref;

typedef struct q_definition {
    q_definition_ref ref;
    q_str body;     /* the document */
    q_str checksum; /* of a revision */
    int64_t created_ms, updated_ms;
    int64_t published; /* of $LATEST: the highest number that was ever given */
    q_str status;      /* what became of it, in the owner's words; may be empty */
    q_str reason;
    int64_t build; /* grows with every change of it or of its status */
    int64_t flags; /* the owner's */
} q_definition;

/* Q_NOTFOUND. In the arena. */
Q_MUST_USE q_code q_definition_get(q_catalog *c, q_definition_ref ref, q_arena *a,
                                   q_definition *out, q_err *err);
/* The one with the highest number; Q_NOTFOUND when only $LATEST is there. */
Q_MUST_USE q_code q_definition_newest(q_catalog *c, q_definition_ref ref, q_arena *a,
                                      q_definition *out, q_err *err);

/* Write it whole, and what it uses in place of what it used. To be called in a transaction. */
Q_MUST_USE q_code q_definition_put(q_catalog *c, const q_definition *d,
                                   const q_definition_ref *uses, size_t count, q_err *err);
/* Its status, if `build` is its number still (else *changed is false); it gets the next one, so
 * what was begun before no longer counts. `flags` may be NULL: then they stay.
 */
Q_MUST_USE q_code q_definition_settle(q_catalog *c, q_definition_ref ref, int64_t build,
                                      q_str status, q_str reason, const int64_t *flags,
                                      bool *changed, q_err *err);
/* With Q_ALL_VERSIONS every one. What uses it is not asked. */
Q_MUST_USE q_code q_definition_delete(q_catalog *c, q_definition_ref ref, bool *existed,
                                      q_err *err);

/* $LATEST of a kind by folded name: those with `part` in the name (empty: any) that come after the
 * name `after`, at most `limit`. In the arena.
 */
typedef struct q_definition_wanted {
    int kind;
    q_str prefix; /* of the name; empty: any */
    q_str part;   /* somewhere behind the prefix, by case */
    q_str after;
    size_t limit;
} q_definition_wanted;
Q_MUST_USE q_code q_definition_list(q_catalog *c, const q_definition_wanted *w, q_arena *a,
                                    q_definition **out, size_t *count, q_err *err);
/* All versions of one, $LATEST first: those above `after` (-1 for all), at most `limit`. */
Q_MUST_USE q_code q_definition_versions(q_catalog *c, q_definition_ref ref, int64_t after,
                                        size_t limit, q_arena *a, q_definition **out, size_t *count,
                                        q_err *err);

/* Who uses it (with Q_ALL_VERSIONS: any version of it); other versions of itself do not count. */
Q_MUST_USE q_code q_definition_users(q_catalog *c, q_definition_ref ref, q_arena *a,
                                     q_definition_ref **out, size_t *count, q_err *err);

#endif
