/* dialog/script.h - conversations written down, and whether a bot holds them.
 *
 *     # A comment. Empty lines and indentation mean nothing.
 *     bot order-bot.json
 *
 *     == Two windows, in one breath
 *       session channel = web          what the conversation starts with
 *       now 2026-11-30T09:00:00Z
 *     > I want two windows             the user
 *     < Which *size*?                  the bot; * is any text, \* a star
 *       intent OrderWindows
 *       slot Count = 2
 *       slot Size =                    has no value
 *       state ElicitSlot
 *     > large
 *       hook Close Fulfilled Ordered.  what the bot's function answers
 *     < Ordered.
 *
 * A turn without any `<` line leaves open what is said; a `<` alone wants
 * silence. This room knows no JSON: a hook's {...} stays text.
 */
#ifndef Q_DIALOG_SCRIPT_H
#define Q_DIALOG_SCRIPT_H

#include "dialog/outcome.h"
#include "dialog/turn.h"

typedef enum q_expect_kind {
    Q_EXPECT_INTENT,
    Q_EXPECT_STATE,
    Q_EXPECT_ASKS,
    Q_EXPECT_SLOT,       /* name, value */
    Q_EXPECT_SESSION,    /* name, value */
    Q_EXPECT_CONTEXTS,   /* names with blanks between, all that are active */
    Q_EXPECT_CONFIDENCE, /* at least */
    Q_EXPECT_ERROR
} q_expect_kind;

typedef struct q_expect {
    q_expect_kind kind;
    q_str name, value; /* the value may hold wildcards */
    size_t line;       /* from 1 */
} q_expect;

typedef struct q_script_hook {
    q_str json;  /* a reply as the function would write it; empty: `reply` */
    q_str fails; /* the function's error; empty: none */
    q_directive reply;
    size_t line;
} q_script_hook;

typedef struct q_script_line {
    q_str text;
    size_t line;
} q_script_line;

typedef struct q_script_turn {
    q_str user;
    size_t line;
    int64_t wait_ms;     /* time that passes before it */
    q_script_line *said; /* none: not compared */
    size_t said_count, said_cap;
    q_expect *expects;
    size_t expect_count, expect_cap;
    q_script_hook *hooks; /* in the order of the calls */
    size_t hook_count, hook_cap;
} q_script_turn;

typedef struct q_conversation {
    q_str title;
    size_t line;
    bool has_now;
    int64_t now_ms;
    q_attributes session, request;
    size_t session_cap, request_cap;
    bool has_hook;
    q_script_hook hook; /* answers calls that the turn does not */
    q_script_turn *turns;
    size_t turn_count, turn_cap;
} q_conversation;

typedef struct q_script {
    q_str bot;    /* a file or a name; empty: not said */
    q_str *lines; /* the file's, without their ends */
    size_t line_count;
    q_conversation *v;
    size_t n, cap;
} q_script;

/* In the arena, texts borrowed from `text`. Fails with Q_INVALID
 * ("line 7: ..."), Q_NOMEM.
 */
Q_MUST_USE q_code q_script_parse(q_str text, q_arena *a, q_script *out, q_err *err);

/* Whether the text is of the pattern, where * stands for any text, \x for x,
 * and a run of blanks for any other.
 */
bool q_script_match(q_str pattern, q_str text);

/* Append how the turn's outcome is not what the script wants. Fails with Q_NOMEM. */
Q_MUST_USE q_code q_script_check(const q_script_turn *turn, const q_outcome *got, q_arena *a,
                                 q_differences *out, q_err *err);

/* The script with its turns' wants as `outcomes` say: one for each turn of
 * each conversation, in order. What agrees stays as it is written; a turn that
 * wanted nothing gets what was said. Fails with Q_NOMEM, Q_LIMIT.
 */
Q_MUST_USE q_code q_script_update(const q_script *s, const q_outcome *outcomes, q_arena *a,
                                  q_str *out, q_err *err);

#endif
