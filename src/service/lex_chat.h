/* service/lex_chat.h - conversations with stored sessions: what the Lex V1 and
 * V2 runtimes, `quern chat`, written tests and replays share.
 *
 * It knows no API: who talks is a bot, an alias and a user; a request's
 * attributes, contexts and directives are dialog/'s values. A reply holds all
 * that any of the APIs tells:
 *
 *   V2's interpretations   reply.intent with reply.score and the session's slots,
 *                          confirmation and state, then reply.understood.guesses
 *                          (skip the one of reply.intent), each with its slots
 *   V2's slot values       q_filled.original, q_filled.value, q_slot_resolutions
 *   V2's messages          reply.messages, and reply.card as an ImageResponseCard
 *   V2's sessionState      reply.session: attributes, contexts, slot_to_elicit, ...
 *   V2's state in a request  q_chat_request.directive: taken before the words are
 *   V1's message           reply.message, several groups as one Composite text
 *
 * Sessions are records, written with compare-and-swap and durable when a call
 * returns. Turns of one user at the same time follow each other; where a
 * function ran and another turn came between, the later one fails with
 * Q_CHAT_CONFLICT. A failed turn leaves the session as it was.
 */
#ifndef Q_SERVICE_LEX_CHAT_H
#define Q_SERVICE_LEX_CHAT_H

#include "dialog/turn.h"
#include "language/sentiment.h"
#include "service/app.h"
#include "service/lex_bots.h"

typedef struct q_chat_request {
    q_str bot, alias, user;
    q_str text;                             /* of a turn */
    const q_attributes *session_attributes; /* instead of the session's; NULL: they stay */
    const q_attributes *request_attributes; /* for the functions; NULL: none */
    const q_contexts *contexts;             /* instead of the session's; NULL: they stay */
    const q_directive *directive; /* of q_chat_put: what is put; of a turn: set before it, NULL:
                                     nothing; its step says nothing and runs no hook */
    q_str locale;                 /* that the bot must speak, "en_US" or "en-US"; empty: any */
    q_hook_fn hook;               /* instead of the bot's functions; NULL: these */
    void *hook_ctx;
} q_chat_request;

typedef struct q_chat_reply {
    const q_bot *bot;       /* as it was read for this call */
    const q_intent *intent; /* NULL: none */
    double score;           /* negative: none */
    q_understood understood;
    q_session session; /* after the turn */
    q_str bot_version;
    q_message *messages; /* one a group; none: nothing is said */
    size_t message_count;
    q_card card;        /* n 0: none */
    bool has_sentiment; /* the bot wants it told, and something was said */
    q_sentiment_scores sentiment;
    q_str message;      /* all of them as V1 says it; empty: nothing is said */
    const char *format; /* "PlainText", "CustomPayload", "SSML", "Composite" */
} q_chat_reply;

typedef enum q_chat_failure {
    Q_CHAT_OURS,        /* or none */
    Q_CHAT_REQUEST,     /* the request names what the bot does not have, or one not built */
    Q_CHAT_FUNCTION,    /* the bot's function failed or answered nonsense */
    Q_CHAT_UNREACHABLE, /* it could not be run */
    Q_CHAT_CONFLICT     /* another turn of this user came between */
} q_chat_failure;

/* A turn. All of *out is in the arena or of the arena's life. Of `app` it uses
 * catalog, functions (NULL: bots with code hooks fail), bots and language (may be NULL).
 * Fails with Q_NOTFOUND (no such bot or alias) and others; *failure says whose.
 */
Q_MUST_USE q_code q_bot_chat(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                             q_chat_reply *out, q_chat_failure *failure, q_err *err);

/* Make a session or change it by request->directive. */
Q_MUST_USE q_code q_chat_put(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                             q_chat_reply *out, q_chat_failure *failure, q_err *err);

/* The session as it stands, nothing said. Q_NOTFOUND without bot, alias or session. */
Q_MUST_USE q_code q_chat_get(q_app *app, const q_chat_request *request, int64_t now_ms, q_arena *a,
                             q_chat_reply *out, q_err *err);

/* Remove the session and its log; *id, in the arena, is what it had. */
Q_MUST_USE q_code q_chat_delete(q_app *app, const q_chat_request *request, int64_t now_ms,
                                q_arena *a, q_str *id, q_err *err);

/* A session as a value: JSON that q_chat_import takes for any version of the
 * bot. An intent or slot that the bot does not have any more is left out.
 */
Q_MUST_USE q_code q_chat_export(const q_bot *bot, const q_session *s, q_arena *a, q_str *out,
                                q_err *err);
Q_MUST_USE q_code q_chat_import(const q_bot *bot, q_str json, q_arena *a, q_session *out,
                                q_err *err);

/* A turn with a session that is not stored: *s is changed in place, nothing is
 * written. `request` names alias and user for the functions, which are called
 * if app->functions is there. `ready` must outlive the reply.
 */
Q_MUST_USE q_code q_chat_step(q_app *app, const q_bot_ready *ready, const q_chat_request *request,
                              q_session *s, int64_t now_ms, q_arena *a, q_chat_reply *out,
                              q_chat_failure *failure, q_err *err);

/* What a session's log keeps of its latest turns and puts, for a day. */
enum { Q_CHAT_LOG_MAX = 64 };

typedef struct q_chat_entry {
    int64_t number; /* from 1 */
    int64_t at_ms;
    bool put;              /* a q_chat_put; else a turn */
    q_str text;            /* what the user said */
    bool missed;           /* no intent was understood, nor an answer to the question */
    q_str before, after;   /* the session, as q_chat_export gives it */
    q_attributes given;    /* the request's session attributes and ... */
    bool has_given;        /* ... whether there were any */
    q_attributes requests; /* the request's attributes */
    q_str message;         /* what was said, as V1 says it */
    q_str bot_version;     /* that said it */
} q_chat_entry;

/* The log of the user's session, oldest entry first, in the arena. To fork at a
 * checkpoint: the first entry whose `before` holds a recent intent of that
 * label (q_session_checkpoint) is where to begin; the texts from there on are
 * what to say again. Q_NOTFOUND without a log.
 */
Q_MUST_USE q_code q_chat_log(q_app *app, const q_chat_request *who, int64_t now_ms, q_arena *a,
                             q_chat_entry **out, size_t *count, q_err *err);

#endif
