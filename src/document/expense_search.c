#include "document/expense_search.h"

enum { ROWS_BELOW = 4 };

q_code search__add(const expense_search *q, expense_span value, double score, double amount,
                   q_str currency, q_err *err)
{
    expense_candidate c = {.score = score, .amount = amount, .tokens = value, .labelled = true};
    q_code rc;

    if (score <= 0.02)
        return Q_OK;
    c.field.type = q_str_of(q->hit->label->type);
    c.field.page = q->s->page;
    c.field.currency = currency;
    c.row = q->s->tokens[value.first].row;
    rc = expense__text(q->s, q->hit->tokens, &c.field.label, err);
    if (!rc)
        rc = expense__text(q->s, value, &c.field.value, err);
    if (q->hit->label->kind != EXPENSE_AMOUNT)
        c.field.value.text = expense__without_stop(c.field.value.text);
    if (!rc && q->hit->label->kind == EXPENSE_AMOUNT) {
        c.field.value.text = expense__amount_text(q->s, value);
        rc = c.field.value.text.p ? Q_OK : q_err_nomem(err);
    }
    return rc ? rc : expense__candidate_add(q->out, &c, err);
}

expense_span search__below(const expense_search *q, size_t row)
{
    const expense_sheet *s = q->s;
    const expense_row *r = s->rows + row;
    expense_span span = {0, 0};

    for (size_t i = r->first_run; i < r->first_run + r->run_count; i++) {
        const expense_run *run = s->runs + i;
        double slack = s->em;

        if (run->x1 < q->x0 - slack || run->x0 > q->x1 + slack)
            continue;
        if (expense__overlap(q->x0 - slack, q->x1 + slack, run->x0, run->x1) < 0.5)
            continue;
        if (!span.count)
            span.first = run->tokens.first;
        span.count = run->tokens.first + run->tokens.count - span.first;
    }
    return span;
}

bool search__has_label(const expense_leaf *leaf, expense_span span)
{
    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (h->tokens.first >= span.first + span.count)
            break;
        if (h->tokens.first >= span.first && (h->leads || h->colon) &&
            h->label->kind != EXPENSE_TITLE && h->label->kind != EXPENSE_COLUMN &&
            h->label->strength > 0.7F)
            return true;
    }
    return false;
}

/* At most ROWS_BELOW, and no farther than a few lines. */
size_t search__rows_below(const expense_search *q)
{
    size_t n = 0;
    double bottom = q->s->tokens[q->hit->tokens.first].y1;

    while (n < ROWS_BELOW && q->row + n + 1 < q->s->row_count &&
           q->s->rows[q->row + n + 1].y0 - bottom < 5 * q->s->em)
        n++;
    return n;
}
