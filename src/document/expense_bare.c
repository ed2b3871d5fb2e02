#include "document/expense_bare.h"

enum { MAX_DATES = 8 };

static bool is_time(q_str t)
{
    return t.n >= 4 && t.n <= 8 && q_is_digit(t.p[0]) &&
           ((t.p[1] == ':' && q_is_digit(t.p[2])) || (t.p[2] == ':' && q_is_digit(t.p[3])));
}

/* What an unlabelled date's row says of it. */
static double bare_date_score(const expense_leaf *leaf, const expense_date *d)
{
    const expense_sheet *s = &leaf->sheet;
    const expense_row *row = s->rows + s->tokens[d->tokens.first].row;
    size_t next = d->tokens.first + d->tokens.count, words = 0;
    double score = 0.42;

    words = expense__words_between(s, row->tokens.first, row->tokens.first + row->tokens.count);
    if (next < row->tokens.first + row->tokens.count && is_time(s->tokens[next].text))
        score += 0.12;
    if (words > 6)
        score *= 0.6;
    if (!d->plausible)
        score *= 0.3;
    if (leaf->row_use[s->tokens[d->tokens.first].row] == EXPENSE_ROW_ITEM)
        score *= 0.4;
    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (s->tokens[h->tokens.first].row != s->tokens[d->tokens.first].row ||
            h->tokens.first > d->tokens.first)
            continue;
        if (h->label->kind == EXPENSE_DATE || h->label->kind == EXPENSE_NOTHING)
            return score * 0.5; /* it is some other date, or found already */
        if (h->label->kind == EXPENSE_ID && expense__label_is(h, "INVOICE_RECEIPT_ID"))
            score = 0.8; /* Rechnung Nr. 471102 vom 05.03.2018 */
    }
    return score;
}

static q_code bare_dates(const expense_leaf *leaf, bool loose, expense_candidates *out, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    q_code rc = Q_OK;

    for (size_t r = 0; r < s->row_count && !rc; r++) {
        expense_date d[MAX_DATES];
        size_t n = loose ? expense__dates_loose(s, s->rows[r].tokens, d, MAX_DATES)
                         : expense__dates_in(s, s->rows[r].tokens, d, MAX_DATES);

        for (size_t i = 0; i < n && !rc; i++) {
            expense_candidate c = {.row = r, .tokens = d[i].tokens};

            c.score = bare_date_score(leaf, d + i) * (1 - 0.15 * (double)r / (double)s->row_count);
            c.field.type = q_str_of("INVOICE_RECEIPT_DATE");
            c.field.page = s->page;
            rc = expense__text(s, d[i].tokens, &c.field.value, err);
            c.field.value.text = expense__without_stop(c.field.value.text);
            if (!rc)
                rc = expense__candidate_add(out, &c, err);
        }
    }
    return rc;
}

/* "info@mill.example": something on both sides, a point behind. */
static bool is_email(q_str t)
{
    q_str name, host;

    return q_str_cut(t, '@', &name, &host) && name.n && q_is_alnum(name.p[name.n - 1]) &&
           host.n > 3 && q_is_alnum(host.p[0]) && q_str_has(q_str_sub(host, 1, host.n - 2), '.') &&
           !q_str_has(host, '@');
}

/* Web and mail addresses. */
static q_code urls(const expense_leaf *leaf, expense_candidates *out, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    q_code rc = Q_OK;

    for (size_t i = 0; i < s->token_count && !rc; i++) {
        q_str t = s->tokens[i].text;
        expense_candidate c = {.row = s->tokens[i].row, .tokens = {i, 1}, .score = 0.9};

        bool web = q_str_starts(t, Q_STR("www.")) || q_str_starts(t, Q_STR("http://")) ||
                   q_str_starts(t, Q_STR("https://")) || q_str_starts(t, Q_STR("WWW."));

        if (!web && !is_email(t))
            continue;
        c.field.type = q_str_of(web ? "VENDOR_URL" : "VENDOR_EMAIL");
        c.field.page = s->page;
        rc = expense__text(s, c.tokens, &c.field.value, err);
        c.field.value.text = expense__without_stop(c.field.value.text);
        if (!rc)
            rc = expense__candidate_add(out, &c, err);
    }
    return rc;
}

static bool has_date(const expense_candidates *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (q_str_is(c->items[i].field.type, "INVOICE_RECEIPT_DATE"))
            return true;
    return false;
}

q_code expense__bare_find(const expense_leaf *leaf, expense_candidates *out, q_err *err)
{
    q_code rc = bare_dates(leaf, false, out, err);

    if (!rc && !leaf->exact && !has_date(out))
        rc = bare_dates(leaf, true, out, err);
    return rc ? rc : urls(leaf, out, err);
}
