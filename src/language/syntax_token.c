/* Tokens as grammar has them. */
#include "language/match.h"
#include "language/syntax_parts.h"

typedef struct maker {
    q_arena *arena;
    q_tokens *out;
    size_t cap;
} maker;

static q_code put(maker *m, q_token t)
{
    if (q_arena_grow(m->arena, &m->out->v, &m->cap, m->out->n + 1, sizeof *m->out->v))
        return Q_NOMEM;
    m->out->v[m->out->n++] = t;
    return Q_OK;
}

/* How many bytes at its end are a word of their own: "n't", "'m", "not". */
static size_t clitic(q_str w)
{
    static const char *const ENDS[] = {"n't",
                                       "n\xE2\x80\x99t",
                                       "'m",
                                       "'re",
                                       "'ve",
                                       "'ll",
                                       "'d",
                                       "\xE2\x80\x99m",
                                       "\xE2\x80\x99re",
                                       "\xE2\x80\x99ve",
                                       "\xE2\x80\x99ll",
                                       "\xE2\x80\x99\x64"};

    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        q_str end = q_str_of(ENDS[i]);

        if (w.n > end.n && q_str_ends(w, end))
            return end.n;
    }
    if (q_str_is(w, "cannot"))
        return 3;
    if (q_str_is(w, "gonna") || q_str_is(w, "wanna") || q_str_is(w, "gotta"))
        return 2;
    return 0;
}

static uint32_t points_of(q_str s)
{
    uint32_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static q_code apart(maker *m, const q_token *t, size_t tail)
{
    q_token head = *t, rest = *t;
    size_t n = t->text.n - tail;
    q_code rc;

    head.text = q_str_sub(t->text, 0, n);
    head.lower = q_str_sub(t->lower, 0, n);
    head.points = points_of(head.text);
    rest.text = q_str_sub(t->text, n, tail);
    rest.lower = q_str_sub(t->lower, n, tail);
    rest.begin += (uint32_t)n;
    rest.point += head.points;
    rest.points = t->points - head.points;
    rest.space = rest.line = rest.sentence = rest.capital = false;
    rc = put(m, head);
    return rc ? rc : put(m, rest);
}

static bool abbreviated(const q_tokens *t, size_t i)
{
    static const char *const KNOWN[] = {"mr",   "mrs", "ms",  "dr",   "prof", "st",  "inc",
                                        "corp", "ltd", "co",  "jr",   "sr",   "vs",  "etc",
                                        "jan",  "feb", "aug", "sept", "oct",  "nov", "dec",
                                        "gen",  "sen", "rep", "gov",  "no",   "fig", "al"};
    const q_token *k = &t->v[i];

    if (k->kind != Q_TOKEN_WORD || i + 1 >= t->n || t->v[i + 1].space ||
        !q_token_mark(&t->v[i + 1], '.'))
        return false;
    if (k->points == 1 && k->capital && k->text.n == 1)
        return true;
    for (size_t n = 0; n < sizeof KNOWN / sizeof *KNOWN; n++)
        if (q_token_is(k, KNOWN[n]))
            return true;
    return false;
}

/* How many tokens from i on are one. */
static size_t together(const q_tokens *t, size_t i)
{
    match m = match__address(t, i);
    size_t n = 1;

    if (m.tokens > 2)
        return m.tokens;
    if (abbreviated(t, i))
        return 2;
    if (q_token_mark(&t->v[i], '.') || q_token_mark(&t->v[i], '-'))
        while (i + n < t->n && !t->v[i + n].space && q_token_mark(&t->v[i + n], t->v[i].text.p[0]))
            n++;
    return n;
}

static q_code joined(maker *m, const q_tokens *t, size_t i, size_t n)
{
    q_token k = t->v[i];
    const q_token *last = &t->v[i + n - 1];

    k.text = q_tokens_span(t, i, i + n);
    k.points = last->point + last->points - k.point;
    /* small letters lie in the text only where all of the parts' do */
    if (k.text.n <= Q_TOKEN_LOWER_MAX) {
        q_str copy = q_str_copy(m->arena, k.text);

        if (!copy.p)
            return Q_NOMEM;
        for (size_t b = 0; b < copy.n; b++)
            ((char *)copy.p)[b] = q_to_lower(copy.p[b]);
        k.lower = copy;
    } else {
        k.lower = (q_str){0};
    }
    return put(m, k);
}

q_code syntax__tokens(const q_tokens *t, q_arena *a, q_tokens *out, q_err *err)
{
    maker m = {.arena = a, .out = out};
    q_code rc = Q_OK;

    *out = (q_tokens){.text = t->text};
    for (size_t i = 0, n; i < t->n && !rc; i += n) {
        size_t tail = t->v[i].kind == Q_TOKEN_WORD ? clitic(t->v[i].lower) : 0;

        n = together(t, i);
        if (n > 1)
            rc = joined(&m, t, i, n);
        else if (tail)
            rc = apart(&m, &t->v[i], tail);
        else
            rc = put(&m, t->v[i]);
    }
    return rc ? q_err_nomem(err) : Q_OK;
}
