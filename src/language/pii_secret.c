/* Users and their passwords: known only by the word before them. */
#include "language/lexicon.h"
#include "language/pii_parts.h"
#include "language/token_any.h"

#include <string.h>

enum { LATER = 6 /* words between a cue and what links it to its value */ };

/* What links a word to its value, in tokens: ":", "=", "is", "was"; 0: nothing. */
static size_t link_at(const q_tokens *t, size_t i, bool *said)
{
    size_t n;

    *said = false;
    if (i >= t->n)
        return 0;
    if (q_token_mark(&t->v[i], ':') || q_token_mark(&t->v[i], '='))
        return 1;
    n = token__phrase(t, i, "is now|is|was|are");
    *said = n != 0;
    return n + (n && i + n < t->n && q_token_mark(&t->v[i + n], ':'));
}

/* The bytes from token i to the next blank, without marks that end sentences. */
static q_str value_at(const q_tokens *t, size_t i)
{
    size_t end = i + 1;
    q_str s;

    while (end < t->n && !t->v[end].space)
        end++;
    s = q_tokens_span(t, i, end);
    while (s.n && strchr(".,;)\"'>", s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Digits or marks among letters: no word of a sentence. */
static bool coded(q_str s)
{
    size_t letters = 0, others = 0;

    for (size_t i = 0; i < s.n; i++) {
        letters += q_is_alpha(s.p[i]);
        others += !q_is_alpha(s.p[i]) && s.p[i] != '\'';
    }
    return others && (letters || others >= 4);
}

/* Everything from `from` on whose value may stand behind it. */
static q_code value_put(pii_finder *f, q_pii_type type, size_t i, bool direct)
{
    const q_tokens *t = f->t;
    bool said, linked;
    size_t n = link_at(t, i, &said);
    q_str s;
    float score;

    linked = n && !said;
    i += n;
    if (i < t->n && (q_token_mark(&t->v[i], '"') || q_token_mark(&t->v[i], '\'')))
        i++;
    if (i >= t->n || (t->v[i].line && !linked) || (!n && !direct))
        return Q_OK;
    s = value_at(t, i);
    if (s.n < 3 || s.n > 64)
        return Q_OK;
    if (linked)
        score = 0.97f;
    else if (coded(s))
        score = n ? 0.95f : 0.85f;
    else
        score = said && !q_word_listed(t->v[i].lower) && s.n == t->v[i].text.n ? 0.6f : 0;
    return pii__put(f, type, score, t->v[i].begin, t->v[i].begin + s.n);
}

/* "the last password I remember was Bluebird!42": the cue, some words, and what links. */
static q_code later_put(pii_finder *f, q_pii_type type, size_t i)
{
    const q_tokens *t = f->t;

    for (size_t k = i; k < t->n && k < i + LATER && !t->v[k].sentence; k++) {
        bool said;

        if (t->v[k].kind != Q_TOKEN_WORD)
            return Q_OK;
        if (link_at(t, k, &said))
            return k == i || !coded(value_at(t, k + 1 < t->n ? k + 1 : k))
                       ? Q_OK
                       : value_put(f, type, k, false);
    }
    return Q_OK;
}

static q_code secret_at(pii_finder *f, q_pii_type type, size_t i, size_t cue)
{
    q_code rc = Q_OK;

    if (cue)
        rc = value_put(f, type, i + cue, type == Q_PII_PASSWORD || cue > 1);
    if (cue && !rc)
        rc = later_put(f, type, i + cue);
    return rc;
}

q_code pii__secrets(pii_finder *f)
{
    const q_tokens *t = f->t;
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->n && !rc; i++) {
        rc = secret_at(f, Q_PII_PASSWORD, i,
                       token__phrase(t, i, "password|passwd|pwd|passphrase|passcode"));
        if (!rc)
            rc = secret_at(f, Q_PII_USERNAME, i,
                           token__phrase(t, i,
                                         "username|user name|userid|user id|user|login|log in as|"
                                         "logged in as|sign in as|signed in as|screen name|"
                                         "nickname|handle"));
    }
    return rc;
}
