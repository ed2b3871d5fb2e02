/* service/lex_hook.h - a bot's code hooks: the event of a function, and what its reply
 * means. Lex V1's form; V2's is lex_v2_event.h's.
 */
#ifndef Q_SERVICE_LEX_HOOK_H
#define Q_SERVICE_LEX_HOOK_H

#include "base/value.h"
#include "dialog/turn.h"
#include "language/sentiment.h"
#include "work/function.h"

typedef struct lex_hook {
    q_functions *functions; /* NULL: none can be called */
    const q_bot *bot;
    q_str alias, version, user;
    const q_attributes *request_attributes; /* NULL: none */
    const q_sentiment_scores *sentiment;    /* of what was said; NULL: not asked for */
    int64_t now_ms;
    bool failed; /* set: the error is the function's, not ours */
} lex_hook;

/* A q_hook_fn; ctx is a lex_hook. */
q_code lex__hook_run(void *ctx, const q_hook_call *call, q_arena *a, q_directive *reply,
                     q_err *err);

/* The event for a function, JSON in the arena. */
Q_MUST_USE q_code lex__hook_event(const lex_hook *h, const q_hook_call *call, q_arena *a,
                                  q_str *out, q_err *err);

/* A function's reply, of V1's form or of V2's (that has a sessionState). Q_INVALID when it is not
 * of the documented form.
 */
Q_MUST_USE q_code lex__hook_reply(q_str json, int64_t now_ms, q_arena *a, q_directive *out,
                                  q_err *err);

#endif
