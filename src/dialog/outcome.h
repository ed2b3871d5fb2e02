/* dialog/outcome.h - what a turn came to, as a tester compares it. */
#ifndef Q_DIALOG_OUTCOME_H
#define Q_DIALOG_OUTCOME_H

#include "dialog/session.h"

typedef struct q_outcome {
    q_str error; /* why the turn failed, and then all else is empty; empty: it did not */
    q_str *said; /* lines */
    size_t said_count;
    q_str intent;       /* empty: none */
    double score;       /* of the intent in this turn; negative: none */
    q_str state;        /* "ElicitSlot", ... */
    q_str asks;         /* the slot; empty: none */
    q_attributes slots; /* .value.p NULL: no value yet */
    q_attributes session;
    q_str *contexts; /* names of those that are active */
    size_t context_count;
} q_outcome;

typedef struct q_difference {
    q_str what;      /* "said", "intent", "slot Cups" */
    q_str want, got; /* of lines: "\n" between; empty: nothing */
    size_t line;     /* of the script that wanted it, from 1; 0: none */
} q_difference;

typedef struct q_differences {
    q_difference *v;
    size_t n, cap;
} q_differences;

/* The texts are borrowed. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_differences_add(q_differences *d, const q_difference *one, q_arena *a,
                                    q_err *err);

/* Append what is otherwise in `got` than in `want`; scores are not compared. In the
 * arena or borrowed. Fails with Q_NOMEM.
 */
Q_MUST_USE q_code q_outcome_compare(const q_outcome *want, const q_outcome *got, q_arena *a,
                                    q_differences *out, q_err *err);

/* Texts with `between` between them. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_outcome_join(const q_str *texts, size_t n, const char *between, q_arena *a,
                                 q_str *out, q_err *err);

#endif
