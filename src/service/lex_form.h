/* service/lex_form.h - parts of a session in the JSON form that Lex V1's
 * runtime API and its function events share.
 *
 * The readers check what they read; a message says where: "activeContexts[1].name".
 * What they give borrows the values' texts.
 */
#ifndef Q_SERVICE_LEX_FORM_H
#define Q_SERVICE_LEX_FORM_H

#include "base/value.h"
#include "dialog/session.h"
#include "language/sentiment.h"

/* {name: value}; a value that is not there (.p NULL) is null. */
void lex__attributes_write(q_value *map, const q_attributes *a);
/* With `nulls` a value may be null. A NULL map gives none. */
Q_MUST_USE q_code lex__attributes_read(const q_value *map, const char *at, bool nulls, q_arena *a,
                                       q_attributes *out, q_err *err);

/* A slot of each name, null without a value. */
void lex__slots_write(q_value *map, const q_intent *intent, const q_filled *slots);

/* [{name, timeToLive, parameters}] with the seconds that are left. */
void lex__contexts_write(q_value *list, const q_contexts *c, int64_t now_ms);
Q_MUST_USE q_code lex__contexts_read(const q_value *list, int64_t now_ms, q_arena *a,
                                     q_contexts *out, q_err *err);

/* One of a recentIntentSummaryView. */
void lex__summary_write(q_value *map, const q_summary *s);
/* All of one: at most Q_RECENT_MAX. */
Q_MUST_USE q_code lex__summaries_read(const q_value *list, q_arena *a, q_summary *out,
                                      size_t *count, q_err *err);

/* A responseCard. */
void lex__card_write(q_value *map, const q_card *card);
Q_MUST_USE q_code lex__card_read(const q_value *map, q_arena *a, q_card *out, q_err *err);

/* {sentimentLabel, sentimentScore}, the latter as one text. */
void lex__sentiment_write(q_value *map, const q_sentiment_scores *s);

/* "PlainText", "CustomPayload", "SSML"; the reverse is false for another name. */
const char *lex__message_kind_name(q_message_kind kind);
bool lex__message_kind_of(q_str name, q_message_kind *out);

#endif
