/* learn/sequence.h - labels for the items of a sequence, each depending on its neighbour's.
 *
 * A linear-chain conditional random field over hashed binary features.
 * Training is deterministic: the same sequences and options give the same
 * bytes. A model is read-only: any thread may use it.
 *
 * What is known of an item may be less than its label: a label from
 * `options.labels` up names a row of `options.sets`, and says that the true
 * label is one of those the row allows. The model then learns which.
 */
#ifndef Q_LEARN_SEQUENCE_H
#define Q_LEARN_SEQUENCE_H

#include "base/buf.h"

typedef struct q_sequence {
    const uint32_t *features; /* of all items, one behind another; below 2^bits */
    const uint32_t
        *starts; /* [n + 1]: item i has features[starts[i]] up to features[starts[i + 1]] */
    const uint16_t *labels; /* [n] when training; else NULL */
    size_t n;
} q_sequence;

enum { Q_SEQUENCE_BITS_MAX = 24, Q_SEQUENCE_LABELS_MAX = 1024, Q_SEQUENCE_ITEMS_MAX = 1 << 24 };

typedef struct q_sequence_options {
    unsigned bits; /* of feature ids; 1 to Q_SEQUENCE_BITS_MAX */
    size_t labels; /* 1 to Q_SEQUENCE_LABELS_MAX */
    const uint8_t
        *allowed; /* [labels + 1, labels]: row `labels` is the start; NULL: all transitions */
    const uint8_t *sets; /* [set_count, labels]; see above */
    size_t set_count;
    /* 0 for a sensible default */
    size_t epochs; /* 12 passes over the sequences */
    double rate;   /* 0.3: of the first step, in a weight's units */
    double l1;     /* 0: of what a weight that is not 0 costs; more makes a smaller model */
    double l2;     /* 0.05 */
    size_t least;  /* 1: features of fewer items are left out */
    double drop;   /* 0: the part of an item's features that a pass overlooks, by chance */
    double eager; /* 0: added, where another label is right, to label 0's score while training: more
                     is then found, and less of it right */
} q_sequence_options;

typedef struct q_sequence_model q_sequence_model;

/* Fails with Q_INVALID (options or sequences that contradict themselves, an
 * item whose label no transition allows), Q_NOMEM.
 */
Q_MUST_USE q_code q_sequence_train(const q_sequence *v, size_t count, const q_sequence_options *o,
                                   q_sequence_model **out, q_err *err);

size_t q_sequence_labels(const q_sequence_model *m);
unsigned q_sequence_bits(const q_sequence_model *m);

/* The best labels, [n], and for each the probability that it is right, [n]
 * (may be NULL). Features that training has not seen count nothing. Time and
 * the arena's memory grow with n. Fails with Q_NOMEM.
 */
Q_MUST_USE q_code q_sequence_decode(const q_sequence_model *m, const q_sequence *s, q_arena *a,
                                    uint16_t *labels, float *confidence, q_err *err);

/* As bytes with a checksum, and back; `name` is for messages. What was saved
 * and loaded labels as before, bit for bit. Q_INVALID names it.
 */
Q_MUST_USE q_code q_sequence_save(const q_sequence_model *m, q_buf *out);
Q_MUST_USE q_code q_sequence_load(q_str bytes, q_str name, q_sequence_model **out, q_err *err);
void q_sequence_free(q_sequence_model *m); /* NULL is fine */

#endif
