/* service/lex_parts.h - reading a bot's file: members by kind, problems by path. */
#ifndef Q_SERVICE_LEX_PARTS_H
#define Q_SERVICE_LEX_PARTS_H

#include "base/value.h"
#include "dialog/bot.h"

/* Reads on after a problem, to name them all. */
typedef struct lex_reader {
    q_arena *arena;
    bool full; /* the arena is */
    size_t problems;
    size_t unsupported; /* of them: what is not there yet */
    char text[480];     /* the first ones, "; " between */
    size_t n;
} lex_reader;

void lex__problem(lex_reader *r, bool unsupported, const char *fmt, ...) Q_PRINTF(3, 4);
q_code lex__result(const lex_reader *r, q_err *err);

/* A path for messages; "" when the arena is full. */
const char *lex__path(lex_reader *r, const char *fmt, ...) Q_PRINTF(2, 3);
void *lex__array(lex_reader *r, size_t n, size_t size); /* NULL when it is full */

/* Members of v, which stands at `at`. Without one: an empty text, NULL. A
 * member of another kind, or a required one that is not there, is a problem.
 */
q_str lex__str(lex_reader *r, const q_value *v, const char *at, const char *name, bool required);
q_str lex__name(lex_reader *r, const q_value *v, const char *at, const char *name);
int64_t lex__int(lex_reader *r, const q_value *v, const char *at, const char *name, int64_t min,
                 int64_t max, int64_t fallback);
const q_value *lex__list(lex_reader *r, const q_value *v, const char *at, const char *name,
                         bool required);
const q_value *lex__map(lex_reader *r, const q_value *v, const char *at, const char *name);
void lex__strings(lex_reader *r, const q_value *v, const char *at, const char *name, q_str **out,
                  size_t *count);
/* A member that only its emptiness makes acceptable. */
void lex__none(lex_reader *r, const q_value *v, const char *at, const char *name);

void lex__prompt(lex_reader *r, const q_value *v, const char *at, q_prompt *out);
void lex__statement(lex_reader *r, const q_value *v, const char *at, const char *name,
                    q_messages *out);
/* A function's uri; *v2 is set when it takes Lex V2's events (messageVersion 2.0). */
q_str lex__hook(lex_reader *r, const q_value *v, const char *at, const char *name, bool required,
                bool *v2);
void lex__add_utterances(lex_reader *r, q_intent *intent, const char *const *more, size_t count);

#endif
