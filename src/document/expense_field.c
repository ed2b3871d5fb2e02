#include "document/expense_field.h"

#include "document/expense_search.h"

#include <string.h>

q_code expense__candidate_add(expense_candidates *c, const expense_candidate *item, q_err *err)
{
    q_code rc = q_arena_grow(c->arena, &c->items, &c->cap, c->count + 1, sizeof(*c->items));

    if (rc)
        return q_err_nomem(err);
    c->items[c->count++] = *item;
    return Q_OK;
}

/* Does this hit end what belongs to a label left of it? */
static bool hit_blocks(const expense_hit *h)
{
    switch (h->label->kind) {
    case EXPENSE_TITLE:
    case EXPENSE_COLUMN:
        return false;
    case EXPENSE_NOTHING:
    case EXPENSE_PARTY:
        return h->leads || h->colon;
    default:
        return h->leads || h->colon || h->label->strength > 0.85F;
    }
}

/* "Total if paying by credit card: 12.00" is one label: what names a sum within its words ends
 * nothing.
 */
static bool goes_on(const expense_sheet *s, const expense_hit *h, const expense_hit *next)
{
    return h->label->kind == EXPENSE_AMOUNT && h->leads && !h->colon && h->label->strength > 0.7F &&
           next->label->kind == EXPENSE_AMOUNT && !next->leads &&
           s->tokens[next->tokens.first].row == s->tokens[h->tokens.first].row;
}

expense_span expense__behind(const expense_leaf *leaf, size_t hit)
{
    const expense_sheet *s = &leaf->sheet;
    const expense_hit *h = leaf->hits.hits + hit;
    const expense_row *row = s->rows + s->tokens[h->tokens.first].row;
    size_t from = h->tokens.first + h->tokens.count, to = row->tokens.first + row->tokens.count;

    for (size_t i = hit + 1; i < leaf->hits.count; i++) {
        const expense_hit *next = leaf->hits.hits + i;

        if (next->tokens.first >= to)
            break;
        if (next->tokens.first >= from && hit_blocks(next) && !goes_on(s, h, next)) {
            to = next->tokens.first;
            break;
        }
    }
    return (expense_span){from, to > from ? to - from : 0};
}

bool expense__has_letters(q_str folded)
{
    for (size_t i = 0; i < folded.n; i++)
        if (q_is_alpha(folded.p[i]))
            return true;
    return false;
}

size_t expense__words_between(const expense_sheet *s, size_t from, size_t to)
{
    size_t n = 0;

    for (size_t i = from; i < to; i++)
        n += expense__has_letters(s->tokens[i].folded) && !expense__currency(s->tokens[i].text).n;
    return n;
}

/* A colon before it and the end of a sentence are no part of the value. */
q_str expense__without_stop(q_str s)
{
    while (s.n > 1 && memchr(":=;#, ", s.p[0], 6))
        s = q_str_sub(s, 1, SIZE_MAX);
    while (s.n > 1 && memchr(".,;:)", s.p[s.n - 1], 5))
        s.n--;
    return s;
}

/* "Total net (excl. VAT) 473.00": the sum belongs to the label that leads. */
static bool sum_is_taken(const expense_leaf *leaf, size_t i)
{
    const expense_sheet *s = &leaf->sheet;
    const expense_hit *h = leaf->hits.hits + i;

    if (h->label->kind != EXPENSE_AMOUNT || h->leads)
        return false;
    while (i-- > 0) {
        const expense_hit *before = leaf->hits.hits + i;
        size_t end = before->tokens.first + before->tokens.count;
        expense_amount a[1];

        if (s->tokens[before->tokens.first].row != s->tokens[h->tokens.first].row)
            return false;
        if (before->label->kind == EXPENSE_AMOUNT && before->leads && end <= h->tokens.first &&
            before->label->strength > 0.7F &&
            s->tokens[before->tokens.first].run == s->tokens[h->tokens.first].run &&
            !expense__amounts_in(s, (expense_span){end, h->tokens.first - end}, a, 1))
            return true;
    }
    return false;
}

/* "No 12, Mill Road": a bare "no" names a number only with its colon. */
static bool is_vague(const expense_hit *h)
{
    return h->label->kind == EXPENSE_ID && h->label->strength < 0.5F && !h->colon;
}

static q_code hit_search(const expense_leaf *leaf, size_t i, expense_candidates *out, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    const expense_hit *h = leaf->hits.hits + i;
    const expense_token *first = s->tokens + h->tokens.first;
    expense_search q = {.leaf = leaf, .s = s, .hit = h, .row = first->row, .out = out};

    if (leaf->row_use[first->row] != EXPENSE_ROW_FREE || sum_is_taken(leaf, i) || is_vague(h))
        return Q_OK;
    q.right = expense__behind(leaf, i);
    q.x0 = first->x0;
    q.x1 = first[h->tokens.count - 1].x1;
    q.score = h->label->strength * h->quality * (h->leads ? 1 : h->colon ? 0.92 : 0.75);
    switch (h->label->kind) {
    case EXPENSE_AMOUNT:
        return search__amount(&q, err);
    case EXPENSE_DATE:
        return search__date(&q, err);
    case EXPENSE_ID:
        return search__id(&q, err);
    case EXPENSE_TAX_ID:
        return search__tax_id(&q, err);
    case EXPENSE_PHONE:
        return search__phone(&q, err);
    case EXPENSE_TEXT:
        return search__text(&q, err);
    default:
        return Q_OK;
    }
}

q_code expense__fields_find(const expense_leaf *leaf, expense_candidates *out, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < leaf->hits.count && !rc; i++)
        rc = hit_search(leaf, i, out, err);
    return rc;
}
