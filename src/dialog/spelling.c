#include "dialog/spelling.h"

#include "language/lexicon.h"

#include <stdlib.h>
#include <string.h>

enum { LETTERS_MIN = 5, UNKNOWN_MAX = 32 /* words that are looked for, of a long text */ };

static int by_bytes(const void *x, const void *y)
{
    return q_str_cmp(*(const q_str *)x, *(const q_str *)y);
}

q_code spelling__make(const samples *s, q_arena *a, spelling *out, q_err *err)
{
    size_t most = 0, n = 0;
    q_str *all;
    q_code rc = Q_OK;

    *out = (spelling){0};
    for (size_t i = 0; i < s->n; i++)
        most += s->v[i].tokens.n;
    all = calloc(most + 1, sizeof *all);
    if (!all)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->v[i].tokens.n; k++)
            if (s->v[i].tokens.v[k].kind == Q_TOKEN_WORD)
                all[n++] = s->v[i].tokens.v[k].lower;
    qsort(all, n, sizeof *all, by_bytes);
    most = n;
    n = 0;
    for (size_t i = 0; i < most; i++)
        if (!n || !q_str_eq(all[n - 1], all[i]))
            all[n++] = all[i];
    out->words = q_arena_array(a, n, sizeof *out->words);
    if (!out->words)
        rc = q_err_nomem(err);
    for (size_t i = 0; i < n && !rc; i++) {
        out->words[i] = q_str_copy(a, all[i]);
        if (!out->words[i].p)
            rc = q_err_nomem(err);
    }
    out->n = n;
    free(all);
    return rc;
}

bool spelling__nearly(q_str a, q_str b)
{
    size_t front = 0, back = 0, shorter = a.n < b.n ? a.n : b.n;

    if (a.n > b.n + 1 || b.n > a.n + 1)
        return false;
    while (front < shorter && q_to_lower(a.p[front]) == q_to_lower(b.p[front]))
        front++;
    while (back < shorter - front &&
           q_to_lower(a.p[a.n - 1 - back]) == q_to_lower(b.p[b.n - 1 - back]))
        back++;
    if (a.n == b.n && a.n - front - back == 2)
        return q_to_lower(a.p[front]) == q_to_lower(b.p[front + 1]) &&
               q_to_lower(a.p[front + 1]) == q_to_lower(b.p[front]);
    return a.n - front - back <= 1 && b.n - front - back <= 1;
}

static bool is_unknown(const spelling *s, const q_token *t)
{
    return t->kind == Q_TOKEN_WORD && t->lower.n >= LETTERS_MIN &&
           q_word_listed(t->lower) == Q_WORD_UNKNOWN &&
           !(s->n && bsearch(&t->lower, s->words, s->n, sizeof *s->words, by_bytes));
}

static q_str mended(const spelling *s, q_str word)
{
    q_str best = {0};

    for (size_t i = 0; i < s->n; i++) {
        if (s->words[i].n < LETTERS_MIN || !spelling__nearly(word, s->words[i]))
            continue;
        if (best.p) /* two will do: leave it */
            return (q_str){0};
        best = s->words[i];
    }
    return best;
}

q_code spelling__mend(const spelling *s, const q_tokens *t, q_arena *a, q_tokens *out, q_err *err)
{
    size_t left = UNKNOWN_MAX;

    *out = *t;
    out->v = q_arena_array(a, t->n, sizeof *out->v);
    if (!out->v)
        return q_err_nomem(err);
    if (t->n)
        memcpy(out->v, t->v, t->n * sizeof *out->v);
    for (size_t i = 0; i < t->n && left; i++) {
        q_str word;

        if (!is_unknown(s, &t->v[i]))
            continue;
        word = mended(s, t->v[i].lower);
        if (word.p)
            out->v[i].lower = word;
        left--;
    }
    return Q_OK;
}
