/* dialog/understand.h - which intent an utterance means, and its slots.
 *
 * A model is learnt from a bot's sample utterances, with values of the slots'
 * types in their places. Intents come from a softmax regression over hashed
 * words, word pairs and letter groups, slots from sequence models, one an
 * intent. Some utterances and whole intents are held out while learning, to
 * find what the scores are worth as probabilities and what is out of scope.
 * Learning is deterministic. A model is read-only: any thread may use it.
 */
#ifndef Q_DIALOG_UNDERSTAND_H
#define Q_DIALOG_UNDERSTAND_H

#include "dialog/bot.h"

typedef struct q_model q_model;

/* `bot` is borrowed for the model's life. Fails with Q_NOMEM, Q_LIMIT. */
Q_MUST_USE q_code q_model_learn(const q_bot *bot, q_model **out, q_err *err);
void q_model_free(q_model *m); /* NULL is fine */

enum { Q_UNDERSTOOD_MAX = 5 };

typedef struct q_guess {
    const q_intent *intent;
    double score; /* 0..1, the probability that it is meant */
    bool exact;   /* the utterance is a sample, its places filled with values */
    bool bare;    /* ... and that sample is nothing but places */
    q_str *slots; /* intent->slot_count values; .p NULL where there is none */
    q_str *said;  /* the same, as it stands in the text */
} q_guess;

typedef struct q_understood {
    q_guess guesses[Q_UNDERSTOOD_MAX]; /* best first; fallback intents are not among them */
    size_t count;
    double out_of_scope; /* 0..1, the probability that no intent is meant; taken for so from 0.5 */
} q_understood;

/* Only intents whose input contexts are all among `contexts` are understood.
 * In the arena. `now_ms` resolves dates. Fails with Q_NOMEM, Q_LIMIT.
 */
Q_MUST_USE q_code q_understand(const q_model *m, q_str text, const q_str *contexts,
                               size_t context_count, int64_t now_ms, q_arena *a, q_understood *out,
                               q_err *err);

/* The answer to a prompt for `slot`, by itself or as one of its utterances
 * says it: .p NULL when it holds no value of it.
 */
Q_MUST_USE q_code q_understand_slot(const q_slot *slot, q_str text, int64_t now_ms, q_arena *a,
                                    q_str *value, q_err *err);

/* 'y' for an agreement, 'n' for a refusal, 0 for neither. */
char q_understand_yes_no(q_str text, q_arena *a);

#endif
