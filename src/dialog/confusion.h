/* dialog/confusion.h - which intents of a bot are mistaken for each other, told
 * from its own utterances.
 *
 * The utterances are split into parts; each part is understood by a model that
 * learnt from the others. Places are filled with values of their slots. An
 * intent with one utterance takes part, but its utterance is not asked about.
 * The same bot gives the same table.
 */
#ifndef Q_DIALOG_CONFUSION_H
#define Q_DIALOG_CONFUSION_H

#include "dialog/bot.h"
#include "learn/metrics.h"

typedef struct q_mistake {
    size_t truth, answer; /* intents by number; answer may be bot->intent_count: none */
    q_str sample;         /* as the bot has it */
    q_str text;           /* as it was asked */
    double score;         /* of the answer; negative: none */
} q_mistake;

typedef struct q_bot_confusion {
    q_confusion table; /* classes: the bot's intents, and behind them none */
    q_mistake *mistakes;
    size_t mistake_count, mistake_cap;
    size_t asked; /* utterances */
    double least; /* what a score must reach, else the answer is none */
} q_bot_confusion;

enum { Q_CONFUSION_PARTS = 5 };

/* Told now and then how many utterances have been asked about. */
typedef void (*q_confusion_progress)(void *ctx, size_t done, size_t total);

/* In the arena. `now_ms` is for dates; `progress` may be NULL. Fails with Q_INVALID (no intent has
 * two utterances), Q_LIMIT, Q_NOMEM.
 */
Q_MUST_USE q_code q_bot_confuse(const q_bot *bot, int64_t now_ms, q_confusion_progress progress,
                                void *ctx, q_arena *a, q_bot_confusion *out, q_err *err);

#endif
