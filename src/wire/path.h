/* wire/path.h - paths against URI templates, and the pairs of a query. */
#ifndef Q_WIRE_PATH_H
#define Q_WIRE_PATH_H

#include "base/str.h"

enum { PATH_LABELS = 8 };

/* A path's parts that stand where a template has labels, not decoded. */
typedef struct path_labels {
    q_str name[PATH_LABELS], value[PATH_LABELS];
    size_t count;
    size_t literals; /* segments that were the same in both */
} path_labels;

/* Does `path` have the form of `uri` ("/{Bucket}/{Key+}")? A label takes one
 * segment that is not empty, a greedy one all that is left; a slash at the end
 * of either is no difference, except behind a greedy label.
 */
bool path__match(q_str uri, q_str path, path_labels *out);

/* Take the first pair off a raw query or form. False at its end. */
bool query__next(q_str *rest, q_str *key, q_str *value);

/* The raw value of a key, which is compared after decoding; *found tells an
 * empty value from none.
 */
q_str query__find(q_str query, q_str key, bool *found);

/* Does raw text, percent-decoded, equal `plain`? */
bool query__decodes_to(q_str raw, q_str plain);

#endif
