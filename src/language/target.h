/* language/target.h - targeted sentiment: what an English text speaks of, where
 * it is mentioned, and how each mention is spoken of.
 *
 * Targets are the entities, nouns that stand for a thing ("the hotel", "the
 * service"), and pronouns. Mentions are put together by their words: the same
 * name or a part of it, the same noun, a pronoun and the last thing before it
 * that it can stand for. A mention's sentiment is that of its clause.
 *
 * BRAND is never given: brands are organizations or commercial items here.
 */
#ifndef Q_LANGUAGE_TARGET_H
#define Q_LANGUAGE_TARGET_H

#include "language/sentiment.h"

typedef enum q_target_type {
    Q_TARGET_PERSON,
    Q_TARGET_LOCATION,
    Q_TARGET_ORGANIZATION,
    Q_TARGET_FACILITY,
    Q_TARGET_BRAND,
    Q_TARGET_COMMERCIAL_ITEM,
    Q_TARGET_MOVIE,
    Q_TARGET_MUSIC,
    Q_TARGET_BOOK,
    Q_TARGET_SOFTWARE,
    Q_TARGET_GAME,
    Q_TARGET_PERSONAL_TITLE,
    Q_TARGET_EVENT,
    Q_TARGET_DATE,
    Q_TARGET_QUANTITY,
    Q_TARGET_ATTRIBUTE, /* of a thing: its price, its taste */
    Q_TARGET_OTHER
} q_target_type;

/* "PERSON", ... */
const char *q_target_type_name(q_target_type type);

typedef struct q_mention {
    uint32_t point, points; /* in code points */
    q_str text;             /* borrowed from the text */
    float score;            /* that it is one, and of this type: 0..1 */
    float group_score;      /* that it belongs to its target: 0..1; 1 for the first */
    q_target_type type;
    q_sentiment_scores sentiment;
} q_mention;

typedef struct q_target {
    q_mention *mentions; /* in order of the text */
    size_t mention_count;
    size_t descriptive; /* index of the mention that names it best */
} q_target;

/* In order of their first mentions, in the arena. Fails with Q_NOMEM, Q_INVALID (a damaged model).
 */
Q_MUST_USE q_code q_targets_find(const q_language *l, const q_tokens *t, q_arena *a, q_target **out,
                                 size_t *count, q_err *err);

#endif
