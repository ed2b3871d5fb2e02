#include "document/expense_pair.h"

enum { MAX_LABEL = 5 }; /* words */

static bool ends_label(const expense_sheet *s, size_t token)
{
    q_str t = s->tokens[token].text;

    return t.p[t.n - 1] == ':' && (t.n == 1 || q_is_alpha(t.p[t.n - 2]) || t.p[t.n - 2] == '.' ||
                                   t.p[t.n - 2] == ')' || (unsigned char)t.p[t.n - 2] >= 0x80);
}

static size_t letters_in(const expense_sheet *s, expense_span span)
{
    size_t n = 0;

    for (size_t i = span.first; i < span.first + span.count; i++)
        for (size_t k = 0; k < s->tokens[i].folded.n; k++)
            n += q_is_alpha(s->tokens[i].folded.p[k]);
    return n;
}

/* Did a known label take any of these tokens, as label or as value? */
static bool is_taken(const expense_leaf *leaf, const expense_candidates *c, expense_span label,
                     expense_span value)
{
    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (h->label->kind != EXPENSE_NOTHING && h->label->kind != EXPENSE_TITLE &&
            h->label->strength > 0.5F && h->colon && h->tokens.first >= label.first &&
            h->tokens.first < label.first + label.count)
            return true;
    }
    for (size_t i = 0; i < c->count; i++) {
        const expense_candidate *x = c->items + i;

        if (x->labelled && x->score > 0.4 && x->field.page == leaf->sheet.page && x->tokens.count &&
            x->tokens.first < value.first + value.count &&
            value.first < x->tokens.first + x->tokens.count)
            return true;
    }
    return false;
}

/* The words of the label: back from its colon to the run's start or to the
 * colon before.
 */
static expense_span label_before(const expense_sheet *s, size_t colon)
{
    const expense_run *run = s->runs + s->tokens[colon].run;
    size_t first = colon;

    while (first > run->tokens.first && !ends_label(s, first - 1))
        first--;
    return (expense_span){first, colon - first + 1};
}

/* To the end of the run, or the next run when the colon ends its own; not
 * beyond the next label.
 */
static expense_span value_behind(const expense_sheet *s, size_t colon)
{
    const expense_run *run = s->runs + s->tokens[colon].run;
    expense_span v = {colon + 1, run->tokens.first + run->tokens.count - colon - 1};

    if (!v.count) {
        const expense_run *next = run + 1;

        if (s->tokens[colon].run + 1 >= s->run_count || next->row != run->row)
            return v;
        v = next->tokens;
    }
    for (size_t i = 0; i < v.count; i++)
        if (ends_label(s, v.first + i)) /* "Name: X Phone: Y": give the label a word back */
            v.count = i ? i - 1 : 0;
    return v;
}

static q_code pair_add(const expense_leaf *leaf, size_t colon, expense_candidates *out, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    expense_span label = label_before(s, colon), value = value_behind(s, colon);
    expense_candidate c = {.row = s->tokens[colon].row, .score = 0.6, .labelled = true};
    q_code rc;

    if (!value.count || label.count > MAX_LABEL || letters_in(s, label) < 2 ||
        is_taken(leaf, out, label, value))
        return Q_OK;
    c.tokens = value;
    c.field.type = q_str_of("OTHER");
    c.field.currency = (q_str){"", 0};
    c.field.page = s->page;
    rc = expense__text(s, label, &c.field.label, err);
    if (!rc)
        rc = expense__text(s, value, &c.field.value, err);
    return rc ? rc : expense__candidate_add(out, &c, err);
}

q_code expense__pairs_find(const expense_leaf *leaf, expense_candidates *out, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    q_code rc = Q_OK;

    for (size_t i = 0; i < s->token_count && !rc; i++)
        if (ends_label(s, i) && leaf->row_use[s->tokens[i].row] == EXPENSE_ROW_FREE)
            rc = pair_add(leaf, i, out, err);
    return rc;
}
