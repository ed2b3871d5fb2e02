/* Numbers that name something (documents, taxpayers, telephones), and terms. */
#include "document/expense_search.h"

#include <math.h>
#include <string.h>

/* 0 when the token cannot be a document's number. */
static double id_fit(const expense_sheet *s, size_t i)
{
    q_str t = s->tokens[i].text;
    expense_date d;
    expense_amount a;
    size_t digits = 0, used, chars = 0;

    for (size_t k = 0; k < t.n; k++) {
        digits += q_is_digit(t.p[k]);
        chars += q_is_alnum(t.p[k]);
        if (t.p[k] == ':' || t.p[k] == '%' || t.p[k] == '@')
            return 0;
    }
    if (!digits)
        return 0;
    if (expense__date_parse(t, &d, &used) && used + 1 >= t.n && t.n < 11)
        return chars == t.n ? 0.8 : 0;
    if (expense__amount_parse(t, &a) && a.decimals == 2)
        return 0.1;
    return chars >= 4 ? 1 : chars == 3 ? 0.85 : chars == 2 ? 0.5 : 0.25;
}

/* The value without what clings to it: "#123", "(123),", "n°123" */
static q_code id_add(const expense_search *q, size_t i, double score, q_err *err)
{
    q_code rc = search__add(q, (expense_span){i, 1}, score, 0, (q_str){"", 0}, err);
    expense_candidates *c = q->out;
    q_str *t;

    if (rc || score <= 0.02)
        return rc;
    t = &c->items[c->count - 1].field.value.text;
    while (t->n > 1 && memchr("#:(.,*-=", t->p[0], 8))
        *t = q_str_sub(*t, 1, SIZE_MAX);
    if (q_str_starts(*t, Q_STR("n°")) && t->n > 3)
        *t = q_str_sub(*t, 3, SIZE_MAX);
    while (t->n > 1 && memchr(").,;:*-", t->p[t->n - 1], 7))
        t->n--;
    return Q_OK;
}

q_code search__id(const expense_search *q, q_err *err)
{
    size_t end = q->right.first + q->right.count, skipped = 0, from = q->right.first;

    /* "Credit note (389) No. 471102": the number is behind "No." */
    for (size_t i = from; i < end && i < from + 3; i++)
        if (q_str_is(q->s->tokens[i].folded, "no"))
            from = i + 1;
    for (size_t i = from; i < end && skipped <= 2; i++) {
        double fit = id_fit(q->s, i);

        if (fit > 0)
            return id_add(q, i, q->score * fit * pow(0.75, (double)skipped), err);
        skipped += expense__has_letters(q->s->tokens[i].folded);
    }
    if (skipped)
        return Q_OK;
    for (size_t k = 1; k <= search__rows_below(q) && k <= 2; k++) {
        expense_span span = search__below(q, q->row + k);

        if (!span.count)
            continue;
        for (size_t i = span.first; i < span.first + span.count && i < span.first + 2; i++)
            if (id_fit(q->s, i) > 0.4)
                return id_add(q, i, q->score * 0.75 * id_fit(q->s, i), err);
        break;
    }
    return Q_OK;
}

static void count_signs(q_str t, size_t *digits, size_t *letters, bool *other)
{
    for (size_t k = 0; k < t.n; k++) {
        *digits += q_is_digit(t.p[k]);
        *letters += q_is_alpha(t.p[k]);
        if (!q_is_alnum(t.p[k]) && !strchr("-./()+,:#*", t.p[k]))
            *other = true;
    }
}

/* DE123456789, NL810433941B01, 51 824 753 556: tokens are joined while digits
 * go on.
 */
q_code search__tax_id(const expense_search *q, q_err *err)
{
    size_t end = q->right.first + q->right.count;

    for (size_t i = q->right.first, skipped = 0; i < end && skipped <= 2; i++) {
        size_t digits = 0, letters = 0, n = 0;
        bool other = false;

        while (i + n < end && !other && digits < 16) {
            size_t d = digits, l = letters;

            if (n && q->s->tokens[i + n].x0 - q->s->tokens[i + n - 1].x1 > q->s->em)
                break;
            count_signs(q->s->tokens[i + n].text, &d, &l, &other);
            if (other || l > 6 || (n && d == digits) || (digits >= 8 && l > letters))
                break;
            digits = d;
            letters = l;
            n++;
        }
        if (digits >= 6 && digits <= 18 && n)
            return search__add(q, (expense_span){i, n}, q->score * pow(0.8, (double)skipped), 0,
                               (q_str){"", 0}, err);
        skipped += expense__has_letters(q->s->tokens[i].folded);
    }
    return Q_OK;
}

q_code search__phone(const expense_search *q, q_err *err)
{
    size_t end = q->right.first + q->right.count, from = q->right.first, digits = 0;
    size_t letters = 0, n = 0;
    bool other = false;

    while (from < end && !q->s->tokens[from].folded.n && q->s->tokens[from].text.p[0] != '(')
        from++;
    while (from + n < end) {
        if (n && q->s->tokens[from + n].x0 - q->s->tokens[from + n - 1].x1 > 2 * q->s->em)
            break;
        count_signs(q->s->tokens[from + n].text, &digits, &letters, &other);
        if (letters || other || digits > 16)
            break;
        n++;
    }
    if (digits < 7 || !n)
        return Q_OK;
    return search__add(q, (expense_span){from, n}, q->score, 0, (q_str){"", 0}, err);
}

/* Terms say "Net 30" or "Due in 14 days": only a label with a colon, or one
 * that begins a run of its own with more than a word, ends them.
 */
static size_t terms_end(const expense_search *q)
{
    const expense_row *row = q->s->rows + q->row;
    size_t end = row->tokens.first + row->tokens.count;

    for (size_t i = 0; i < q->leaf->hits.count; i++) {
        const expense_hit *h = q->leaf->hits.hits + i;

        if (h->tokens.first >= q->right.first && h->tokens.first < end &&
            (h->colon || (h->leads && h->tokens.count > 1)))
            end = h->tokens.first;
    }
    return end > q->right.first ? end : q->right.first;
}

q_code search__text(const expense_search *q, q_err *err)
{
    expense_span span = q->right;
    double place = 1;

    span.count = terms_end(q) - span.first;
    while (span.count && !q->s->tokens[span.first].folded.n) {
        span.first++;
        span.count--;
    }
    if (!span.count && search__rows_below(q)) {
        span = search__below(q, q->row + 1);
        place = 0.6;
        if (search__has_label(q->leaf, span))
            span.count = 0;
    } else if (span.count) {
        const expense_run *run = q->s->runs + q->s->tokens[span.first].run;
        size_t end = run->tokens.first + run->tokens.count;

        span.count = end - span.first < span.count ? end - span.first : span.count;
    }
    if (!span.count)
        return Q_OK;
    return search__add(q, span, q->score * place, 0, (q_str){"", 0}, err);
}
