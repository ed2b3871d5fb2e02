/* language/token.h - text cut into words, numbers and marks.
 *
 * Offsets count bytes and code points (each bad byte counts as one point).
 * A token never crosses a blank. Hyphens, slashes and at-signs are tokens of
 * their own, so "35678-9" is three tokens with nothing between them; a number
 * keeps its inner points and commas ("2,100.00"), an initialism its points
 * ("U.S."), and the possessive ending is a token ("company" "'s").
 * Time and memory grow with the length of the text.
 */
#ifndef Q_LANGUAGE_TOKEN_H
#define Q_LANGUAGE_TOKEN_H

#include "base/str.h"

typedef enum q_token_kind {
    Q_TOKEN_WORD,
    Q_TOKEN_NUMBER,    /* digits with inner . and , */
    Q_TOKEN_MIXED,     /* letters and digits: "A4", "3rd" */
    Q_TOKEN_IDEOGRAPH, /* one Han or kana character */
    Q_TOKEN_PUNCTUATION,
    Q_TOKEN_CURRENCY,
    Q_TOKEN_SYMBOL
} q_token_kind;

enum { Q_TOKEN_LOWER_MAX = 48 }; /* bytes; longer tokens have no `lower` */

typedef struct q_token {
    q_str text;       /* borrowed from the text */
    q_str lower;      /* small letters; borrowed or in the arena; empty when long */
    uint32_t begin;   /* byte offset */
    uint32_t point;   /* code-point offset */
    uint32_t points;  /* length in code points */
    uint8_t kind;     /* q_token_kind */
    bool space;       /* a blank or line end is before it */
    bool line;        /* a line end is before it; the first token too */
    bool sentence;    /* it starts a sentence, as far as marks tell */
    bool capital;     /* the first letter is a capital */
    bool all_capital; /* two or more letters, all capitals */
} q_token;

typedef struct q_tokens {
    q_str text;
    q_token *v;
    size_t n;
} q_tokens;

enum { Q_TOKEN_TEXT_MAX = 64 << 20 }; /* bytes */

/* In the arena; `text` is borrowed. Fails with Q_LIMIT, Q_NOMEM. */
Q_MUST_USE q_code q_tokens_of(q_str text, q_arena *a, q_tokens *out, q_err *err);

/* By its small letters. Inline: grammars ask it of every token, mostly in vain. */
static inline bool q_token_is(const q_token *t, const char *lower)
{
    return t->lower.n ? t->lower.p[0] == lower[0] && q_str_is(t->lower, lower) : !lower[0];
}

bool q_token_mark(const q_token *t, char c); /* that one ASCII character */

/* The text from token i up to, not including, token end (i < end <= n). */
q_str q_tokens_span(const q_tokens *t, size_t i, size_t end);

/* The first token at or behind a code point; n: none. */
size_t q_tokens_at(const q_tokens *t, uint32_t point);

#endif
