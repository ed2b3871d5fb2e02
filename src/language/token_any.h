/* language/token_any.h - short lists of words, as one string: "in|at|near". */
#ifndef LANGUAGE_TOKEN_ANY_H
#define LANGUAGE_TOKEN_ANY_H

#include "language/token.h"

/* Whether the token is one of the words, by its small letters. */
static inline bool token__any(const q_token *k, const char *words)
{
    const char *w = words;

    if (!k->lower.n)
        return false;
    for (;;) {
        size_t n = 0;

        while (n < k->lower.n && w[n] && w[n] == k->lower.p[n])
            n++;
        if (n == k->lower.n && (w[n] == '|' || !w[n]))
            return true;
        for (w += n; *w != '|'; w++)
            if (!*w)
                return false;
        w++;
    }
}

/* The same for words and phrases, "card|security code", the longest that begins at token i: how
 * many tokens it takes, 0 without one.
 */
static inline size_t token__phrase(const q_tokens *t, size_t i, const char *phrases)
{
    const char *w = phrases;
    size_t most = 0;

    for (;;) {
        size_t n = 0;
        bool same = true;

        for (;;) {
            q_str lower = i + n < t->n ? t->v[i + n].lower : (q_str){0};
            size_t c = 0;

            while (c < lower.n && w[c] && w[c] == lower.p[c])
                c++;
            same = lower.n && c == lower.n && (w[c] == '|' || w[c] == ' ' || !w[c]);
            if (!same)
                break;
            n++;
            w += c;
            if (*w != ' ')
                break;
            w++;
        }
        if (same && n > most)
            most = n;
        while (*w && *w != '|')
            w++;
        if (!*w++)
            return most;
    }
}

#endif
