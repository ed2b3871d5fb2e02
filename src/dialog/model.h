/* dialog/model.h - what a bot's model holds. */
#ifndef DIALOG_MODEL_H
#define DIALOG_MODEL_H

#include "dialog/known.h"
#include "dialog/sample.h"
#include "dialog/scope.h"
#include "dialog/spelling.h"
#include "dialog/tagger.h"
#include "dialog/understand.h"

/* A sample utterance as what an utterance may be, word by word. */
typedef struct pattern {
    uint64_t mask;   /* of its own words: model__mask */
    q_str utterance; /* borrowed from the bot */
    uint32_t class;
    bool places; /* it has some */
    bool bare;   /* ... and nothing else */
} pattern;

struct q_model {
    q_arena *arena;
    const q_bot *bot;
    unsigned bits;
    const q_intent **classes; /* all but fallback intents, built-in ones with utterances of ours */
    size_t class_count;
    intents *intents;
    scope scope;
    known known;
    spelling spelling;
    phrases *phrases;
    tagger **taggers; /* [class_count]; NULL for an intent without places */
    pattern *patterns;
    size_t pattern_count;
};

/* A bit or two for each word: a text that has the words has the bits. */
uint64_t model__mask(const q_tokens *t);

/* The samples' features, in the arena. Fails with Q_NOMEM. */
Q_MUST_USE q_code model__texts(const samples *s, unsigned bits, q_arena *a, intents_sample **out,
                               q_err *err);

/* Of what size ids of features are when so many bytes are learnt from. */
unsigned model__bits(size_t bytes);

#endif
