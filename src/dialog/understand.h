/* dialog/understand.h - which intent an utterance means, and its slots.
 *
 * A model is learnt from a bot's sample utterances: a softmax regression over
 * hashed words, word pairs and letter groups (so a misspelling costs little),
 * beside the likeness to the nearest sample. Learning is deterministic and
 * takes milliseconds for an ordinary bot. A model is read-only: any thread may
 * use it.
 */
#ifndef Q_DIALOG_UNDERSTAND_H
#define Q_DIALOG_UNDERSTAND_H

#include "dialog/bot.h"

typedef struct q_model q_model;

/* `bot` is borrowed for the model's life. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_model_learn(const q_bot *bot, q_model **out, q_err *err);
void q_model_free(q_model *m); /* NULL is fine */

enum { Q_UNDERSTOOD_MAX = 5 };

typedef struct q_guess {
    const q_intent *intent;
    double score; /* 0..1 */
    bool exact;   /* the utterance is a sample, its places filled with values */
    bool bare;    /* ... and that sample is nothing but places */
    q_str *slots; /* intent->slot_count values; .p NULL where there is none */
} q_guess;

typedef struct q_understood {
    q_guess guesses[Q_UNDERSTOOD_MAX]; /* best first; fallback intents are not among them */
    size_t count;
} q_understood;

/* In the arena. `now_ms` resolves dates. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_understand(const q_model *m, q_str text, int64_t now_ms, q_arena *a,
                               q_understood *out, q_err *err);

/* The answer to a prompt for `slot`: .p NULL when it holds no value of it. */
Q_MUST_USE q_code q_understand_slot(const q_slot *slot, q_str text, int64_t now_ms, q_arena *a,
                                    q_str *value, q_err *err);

/* 'y' for an agreement, 'n' for a refusal, 0 for neither. */
char q_understand_yes_no(q_str text, q_arena *a);

#endif
