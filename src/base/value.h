/* base/value.h - a document: nulls, numbers, text, bytes, times, lists, maps.
 *
 * What the wire checked, and what a handler fills. Values live in an arena;
 * texts are borrowed, so they must live as long as the arena does (or be
 * q_str_copy'd into it). Makers return NULL only when the arena is full, and
 * every function takes NULL for a value: adding to or reading from NULL does
 * nothing, so a chain is checked once, by q_value_ok at its root.
 */
#ifndef Q_BASE_VALUE_H
#define Q_BASE_VALUE_H

#include "base/str.h"

typedef enum q_kind {
    Q_VALUE_NULL,
    Q_VALUE_BOOL,
    Q_VALUE_INT,    /* i */
    Q_VALUE_DOUBLE, /* d */
    Q_VALUE_NUMBER, /* s: a number's own text, as a parser found it */
    Q_VALUE_STRING, /* s: UTF-8 */
    Q_VALUE_BLOB,   /* s: bytes */
    Q_VALUE_TIME,   /* d: seconds since 1970 UTC */
    Q_VALUE_LIST,   /* first..next */
    Q_VALUE_MAP     /* first..next, each with its key; keeps the order of adding */
} q_kind;

typedef struct q_value q_value;
struct q_value {
    q_kind kind;
    bool failed; /* on a root: something below it could not be added */
    union {
        bool b;
        int64_t i;
        double d;
        q_str s;
        struct {
            q_value *first, *last;
            size_t count;
        };
    };
    q_str key;      /* in a map */
    q_value *next;  /* in a list or map */
    q_value *root;  /* NULL in a root itself */
    q_arena *arena; /* of a list or map */
};

q_value *q_value_map(q_arena *a);
q_value *q_value_list(q_arena *a);

/* Add to a map under `key` (borrowed). The list and map forms return the new
 * child, to be filled in turn.
 */
void q_map_null(q_value *map, q_str key);
void q_map_bool(q_value *map, q_str key, bool b);
void q_map_int(q_value *map, q_str key, int64_t i);
void q_map_double(q_value *map, q_str key, double d);
void q_map_str(q_value *map, q_str key, q_str s);
void q_map_blob(q_value *map, q_str key, q_str bytes);
void q_map_time(q_value *map, q_str key, double seconds);
q_value *q_map_list(q_value *map, q_str key);
q_value *q_map_map(q_value *map, q_str key);
/* A bare child of the given kind, for parsers and converters. */
q_value *q_map_add(q_value *map, q_str key, q_kind kind);

/* A deep copy of `v`, unless that is NULL or null; texts are borrowed. */
void q_map_copy(q_value *map, q_str key, const q_value *v);

void q_list_int(q_value *list, int64_t i);
void q_list_str(q_value *list, q_str s);
q_value *q_list_map(q_value *list);
q_value *q_list_add(q_value *list, q_kind kind);

/* Q_NOMEM when anything below this root could not be added. */
Q_MUST_USE q_code q_value_ok(const q_value *root, q_err *err);
/* What was to be added could not be made: q_value_ok fails from now on. NULL is fine. */
void q_value_fail(q_value *v);

/* The first member with that name, by case; NULL without one. */
const q_value *q_value_get(const q_value *map, q_str key);
/* Members by a path of names: q_value_at(v, "Document", "S3Object", NULL). */
const q_value *q_value_at(const q_value *map, const char *name, ...) __attribute__((sentinel));

/* A member's content, or the fallback when it is absent, null or of another
 * kind.
 */
q_str q_value_str(const q_value *map, q_str key, q_str fallback);
int64_t q_value_int(const q_value *map, q_str key, int64_t fallback);
double q_value_double(const q_value *map, q_str key, double fallback);
bool q_value_bool(const q_value *map, q_str key, bool fallback);

/* The number of items of a list or map; else 0. */
size_t q_value_count(const q_value *v);

/* for (const q_value *item = q_value_first(list); item; item = item->next) */
const q_value *q_value_first(const q_value *v);

/* A number of any kind as int64 (must be whole and in range) or double. */
bool q_value_as_int(const q_value *v, int64_t *out);
bool q_value_as_double(const q_value *v, double *out);

#endif
