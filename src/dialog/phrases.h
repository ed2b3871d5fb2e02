/* dialog/phrases.h - which phrases the lists of a bot's slot types hold. */
#ifndef DIALOG_PHRASES_H
#define DIALOG_PHRASES_H

#include "dialog/bot.h"
#include "language/token.h"

enum { PHRASE_TOKENS = 8 };

typedef struct phrases phrases;

/* Of all values and synonyms of the bot's custom types. Fails with Q_NOMEM. */
Q_MUST_USE q_code phrases__make(const q_bot *bot, phrases **out, q_err *err);
void phrases__free(phrases *p); /* NULL is fine */

/* A phrase's hash grows token by token, from 0. */
uint64_t phrases__hash(uint64_t before, const q_token *t);

/* Call fn for each type that lists the phrase. */
void phrases__types(const phrases *p, uint64_t hash, void (*fn)(void *ctx, const q_slot_type *),
                    void *ctx);

#endif
