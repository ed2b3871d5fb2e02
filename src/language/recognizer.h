/* language/recognizer.h - an entity recognizer of one's own: learnt from annotated texts or entity
 * lists.
 *
 * Training takes some seconds for some thousands of sentences and is
 * deterministic. A recognizer is read-only: any thread may use it. Its types
 * are numbers below the count it was trained with.
 */
#ifndef Q_LANGUAGE_RECOGNIZER_H
#define Q_LANGUAGE_RECOGNIZER_H

#include "base/buf.h"
#include "language/models.h"
#include "language/token.h"
#include "learn/metrics.h"

enum { Q_RECOGNIZER_TYPES_MAX = 500 };

typedef struct q_span {
    uint32_t point;  /* first code point */
    uint32_t points; /* length in code points */
    size_t type;
} q_span;

typedef struct q_annotated {
    q_str text;
    const q_span *spans; /* any order; of those that overlap the first counts */
    size_t span_count;
} q_annotated;

/* An entry of an entity list. */
typedef struct q_listed {
    q_str text;
    size_t type;
} q_listed;

typedef struct q_found {
    size_t type;
    float score; /* the probability that it is right, 0..1 */
    q_str text;  /* borrowed from the text */
    uint32_t point, points;
} q_found;

typedef struct q_recognizer q_recognizer;

/* Where the list's entries stand in the texts, whatever their capitals; of
 * entries that overlap the longest. out[i] is texts[i] with its spans in the
 * arena. Fails with Q_NOMEM, Q_LIMIT (a text that is too long).
 */
Q_MUST_USE q_code q_recognizer_mark(const q_listed *list, size_t list_count, const q_str *texts,
                                    size_t count, q_arena *a, q_annotated **out, q_err *err);

/* Fails with Q_INVALID (no text, no type, more than Q_RECOGNIZER_TYPES_MAX types, a span outside
 * its text, of an unknown type, or of no word; the message tells which text), Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code q_recognizer_train(const q_language *l, const q_annotated *texts, size_t count,
                                     const q_str *types, size_t type_count, q_recognizer **out,
                                     q_err *err);

size_t q_recognizer_types(const q_recognizer *r);
q_str q_recognizer_type(const q_recognizer *r, size_t i); /* borrowed */

/* In order of the text, in the arena. Fails with Q_NOMEM, Q_INVALID (a damaged model). */
Q_MUST_USE q_code q_recognizer_find(const q_recognizer *r, const q_language *l, const q_tokens *t,
                                    q_arena *a, q_found **out, size_t *count, q_err *err);

/* On texts whose true spans are known: each type's scores into by_type, [types], and over all
 * entities into *all. An entity is right when its place and type are.
 */
Q_MUST_USE q_code q_recognizer_test(const q_recognizer *r, const q_language *l,
                                    const q_annotated *texts, size_t count, q_scores *by_type,
                                    q_scores *all, q_err *err);

/* As bytes with a checksum, and back; `name` is for messages. Q_INVALID names it. */
Q_MUST_USE q_code q_recognizer_save(const q_recognizer *r, q_buf *out);
Q_MUST_USE q_code q_recognizer_load(q_str bytes, q_str name, q_recognizer **out, q_err *err);
void q_recognizer_free(q_recognizer *r); /* NULL is fine */

#endif
