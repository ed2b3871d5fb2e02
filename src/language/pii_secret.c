/* Users and their passwords: known only by the word before them. */
#include "language/lexicon.h"
#include "language/pii_parts.h"

#include <string.h>

enum { LATER = 6 /* words between a cue and what links it to its value */ };

/* What links a word to its value, in tokens: ":", "=", "is", "was"; 0: nothing. */
static size_t link_at(const q_tokens *t, size_t i, bool *said)
{
    static const char *const SAID[] = {"is now", "is", "was", "are"};

    *said = false;
    if (i >= t->n)
        return 0;
    if (q_token_mark(&t->v[i], ':') || q_token_mark(&t->v[i], '='))
        return 1;
    for (size_t k = 0; k < sizeof SAID / sizeof *SAID; k++) {
        size_t n = pii__words_at(t, i, q_str_of(SAID[k]));

        if (n) {
            *said = true;
            return n + (i + n < t->n && q_token_mark(&t->v[i + n], ':'));
        }
    }
    return 0;
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

q_code pii__secrets(pii_finder *f)
{
    static const struct {
        const char *words;
        q_pii_type type;
    } KINDS[] = {
        {"password", Q_PII_PASSWORD},     {"passwd", Q_PII_PASSWORD},
        {"pwd", Q_PII_PASSWORD},          {"passphrase", Q_PII_PASSWORD},
        {"passcode", Q_PII_PASSWORD},     {"username", Q_PII_USERNAME},
        {"user name", Q_PII_USERNAME},    {"userid", Q_PII_USERNAME},
        {"user id", Q_PII_USERNAME},      {"user", Q_PII_USERNAME},
        {"login", Q_PII_USERNAME},        {"log in as", Q_PII_USERNAME},
        {"logged in as", Q_PII_USERNAME}, {"sign in as", Q_PII_USERNAME},
        {"signed in as", Q_PII_USERNAME}, {"screen name", Q_PII_USERNAME},
        {"nickname", Q_PII_USERNAME},     {"handle", Q_PII_USERNAME},
    };
    q_code rc = Q_OK;

    for (size_t i = 0; i < f->t->n; i++) {
        q_str word = f->t->v[i].lower;

        if (!word.n || !strchr("hlnpsu", word.p[0])) /* as KINDS begin */
            continue;
        for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS && !rc; k++) {
            size_t n = pii__words_at(f->t, i, q_str_of(KINDS[k].words));

            if (n)
                rc = value_put(f, KINDS[k].type, i + n, KINDS[k].type == Q_PII_PASSWORD || n > 1);
            if (n && !rc)
                rc = later_put(f, KINDS[k].type, i + n);
        }
    }
    return rc;
}
