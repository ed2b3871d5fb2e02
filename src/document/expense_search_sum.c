/* Sums and dates behind or below their labels. */
#include "document/expense_search.h"

#include <math.h>

enum { MAX_AMOUNTS = 24, MAX_DATES = 8 };

static double amount_fit(const expense_amount *a)
{
    if (a->percent)
        return 0;
    if (a->decimals == 2)
        return a->marked ? 1 : 0.98;
    if (a->marked)
        return 0.9;
    if (fabs(a->value) >= 1e7) /* an account's number */
        return 0;
    return a->decimals == 0 || a->decimals == 1 ? 0.5 : 0.45;
}

static q_code amount_right(const expense_search *q, bool *found, q_err *err)
{
    expense_amount a[MAX_AMOUNTS];
    size_t n = expense__amounts_in(q->s, q->right, a, MAX_AMOUNTS), best = n, sums = 0;
    double fit = 0, score;
    size_t words;

    for (size_t i = 0; i < n; i++) {
        double f = amount_fit(a + i);

        sums += f > 0.6;
        if (f > 0 && f >= fit - 0.15) {
            fit = f > fit ? f : fit;
            best = i;
        }
    }
    *found = best < n;
    if (!*found)
        return Q_OK;
    words = expense__words_between(q->s, q->right.first, a[best].tokens.first);
    score = q->score * amount_fit(a + best) *
            pow(0.9, words > 6   ? 4
                     : words > 2 ? (double)(words - 2)
                                 : 0);
    if (sums > 1)
        score *= 0.85;
    return search__add(q, a[best].tokens, score, a[best].value, a[best].currency, err);
}

/* "CASH" alone in its row, the sum below it at the other edge. */
static expense_span row_below(const expense_search *q)
{
    const expense_row *own = q->s->rows + q->row;

    return own->tokens.count == q->hit->tokens.count ? own[1].tokens : (expense_span){0, 0};
}

static q_code amount_below(const expense_search *q, q_err *err)
{
    q_code rc = Q_OK;
    double place = 0.7;

    for (size_t k = 1; k <= search__rows_below(q) && !rc; k++, place *= 0.9) {
        expense_amount a[MAX_AMOUNTS];
        expense_span span = search__below(q, q->row + k);
        size_t n = expense__amounts_in(q->s, span, a, MAX_AMOUNTS);

        if (!n && k == 1)
            n = expense__amounts_in(q->s, row_below(q), a, MAX_AMOUNTS);
        if (search__has_label(q->leaf, q->s->rows[q->row + k].tokens))
            break;
        for (size_t i = 0; i < n && !rc; i++)
            if (amount_fit(a + i) > 0.6)
                rc = search__add(q, a[i].tokens, q->score * place * amount_fit(a + i), a[i].value,
                                 a[i].currency, err);
    }
    return rc;
}

/* On a skewed or crumpled scan the sum may have come into the row above or
 * below: the nearest one at the label's height, right of it.
 */
static q_code amount_beside(const expense_search *q, bool *found, q_err *err)
{
    const expense_row *own = q->s->rows + q->row;
    double middle = (own->y0 + own->y1) / 2;

    for (size_t r = q->row ? q->row - 1 : 1; r <= q->row + 1 && r < q->s->row_count; r += 2) {
        const expense_row *row = q->s->rows + r;
        expense_span span = row->tokens;
        expense_amount a[MAX_AMOUNTS];
        size_t n;

        if (fabs((row->y0 + row->y1) / 2 - middle) > 1.1 * q->s->em ||
            search__has_label(q->leaf, span))
            continue;
        while (span.count && q->s->tokens[span.first].x0 < q->x1) {
            span.first++;
            span.count--;
        }
        n = expense__amounts_in(q->s, span, a, MAX_AMOUNTS);
        if (!n || amount_fit(a + n - 1) < 0.6)
            continue;
        *found = true;
        return search__add(q, a[n - 1].tokens, q->score * 0.85 * amount_fit(a + n - 1),
                           a[n - 1].value, a[n - 1].currency, err);
    }
    return Q_OK;
}

q_code search__amount(const expense_search *q, q_err *err)
{
    bool found;
    q_code rc = amount_right(q, &found, err);

    if (!rc && !found && !q->leaf->exact)
        rc = amount_beside(q, &found, err);
    return rc || found ||
                   expense__words_between(q->s, q->right.first, q->right.first + q->right.count) > 2
               ? rc
               : amount_below(q, err);
}

q_code search__date(const expense_search *q, q_err *err)
{
    expense_date d[MAX_DATES];
    size_t n = expense__dates_in(q->s, q->right, d, MAX_DATES);

    if (n) {
        size_t words = expense__words_between(q->s, q->right.first, d[0].tokens.first);
        double score = q->score * pow(0.8, (double)words) * (d[0].plausible ? 1 : 0.5);

        return search__add(q, d[0].tokens, score, 0, (q_str){"", 0}, err);
    }
    if (expense__words_between(q->s, q->right.first, q->right.first + q->right.count) > 1 &&
        !q->hit->colon)
        return Q_OK;
    for (size_t k = 1; k <= search__rows_below(q) && k <= 2; k++) {
        n = expense__dates_in(q->s, search__below(q, q->row + k), d, MAX_DATES);
        if (n)
            return search__add(q, d[0].tokens, q->score * (k == 1 ? 0.8 : 0.7), 0, (q_str){"", 0},
                               err);
    }
    return Q_OK;
}
