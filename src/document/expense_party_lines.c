#include "document/expense_party_lines.h"

#include <math.h>

enum { MAX_ADDRESS = 6 };

q_code party__add(const party_page *p, const char *type, const q_expense_text *value,
                  const expense_hit *label, double score, size_t row, q_err *err)
{
    expense_candidate c = {.score = score, .row = row, .labelled = label != NULL};
    q_code rc = Q_OK;

    if (!value->present || score <= 0.05)
        return Q_OK;

    c.field.type = q_str_of(type);
    c.field.page = p->s->page;
    c.field.value = *value;
    while (c.field.value.text.n > 1 && q_str_ends(c.field.value.text, Q_STR(":")))
        c.field.value.text.n--;
    c.field.label.text = c.field.currency = (q_str){"", 0};
    if (label)
        rc = expense__text(p->s, label->tokens, &c.field.label, err);
    return rc ? rc : expense__candidate_add(p->out, &c, err);
}

q_code party__text_add(const expense_sheet *s, expense_span span, q_expense_text *to, q_err *err)
{
    q_expense_text had = *to;
    q_str line;
    q_code rc = expense__text_add(s, span, to, err);

    if (rc || !span.count)
        return rc;
    line = expense__join_mended(s, span);
    to->text = !line.p       ? line
               : had.present ? q_str_printf(s->arena, "%.*s\n%.*s", Q_ARG(had.text), Q_ARG(line))
                             : line;
    return to->text.p ? Q_OK : q_err_nomem(err);
}

/* The city line without a country's sign before the post code: "DE 80333". */
static expense_span without_country(const expense_sheet *s, expense_span span)
{
    const expense_token *t = s->tokens + span.first;

    if (span.count > 2 && t->text.n <= 2 && q_is_alpha(t->text.p[0]) && t[1].text.n >= 4 &&
        t[1].text.n <= 5 && q_is_digit(t[1].text.p[0]) && q_is_digit(t[1].text.p[1]) &&
        q_is_digit(t[1].text.p[2])) {
        span.first++;
        span.count--;
    }
    return span;
}

expense_span party__without_registration(const expense_sheet *s, expense_span span)
{
    size_t keep = span.count, digits = 0;

    for (size_t i = span.count; i-- > 1;) {
        q_str t = s->tokens[span.first + i].text;
        size_t own = 0;

        for (size_t k = 0; k < t.n; k++)
            own += q_is_digit(t.p[k]);
        digits += own;
        if (digits >= 4 && (t.p[0] == '(' || (own >= 4 && q_str_has(t, '-')))) {
            keep = i;
            if (t.p[0] == '(') /* "Co. (M) Bhd (126926-H)" */
                break;
        }
    }
    while (keep > 1 && !s->tokens[span.first].folded.n) { /* specks */
        span.first++;
        keep--;
    }
    while (keep > 1 && !s->tokens[span.first + keep - 1].folded.n)
        keep--;
    return (expense_span){span.first, keep};
}

expense_span party__without_form(const expense_sheet *s, expense_span span)
{
    static const char *const forms[] = {"sarl", "sas", "sasu", "eurl", "snc", "sa"};

    for (size_t i = 1; i < span.count; i++) {
        const expense_token *t = s->tokens + span.first + i;
        bool ends = i + 1 == span.count || q_str_is(t[1].folded, "au"); /* au capital de */

        for (size_t k = 0; ends && k < sizeof forms / sizeof *forms; k++)
            if (q_str_is(t->folded, forms[k]))
                return (expense_span){span.first, i};
    }
    return span;
}

static bool is_house(const expense_sheet *s, expense_span span)
{
    size_t letters, digits;

    expense__count_signs(s, span, &letters, &digits);
    if (expense__company_signs(s, span) > 0 || q_str_has(s->tokens[span.first].text, '(') ||
        party__without_registration(s, span).count < span.count)
        return false;
    return digits > 0 && letters >= 4 && digits <= letters;
}

q_code party__address(const party_page *p, const expense_span *lines,
                      const expense_line_class *classes, size_t count, q_expense_text *out,
                      q_err *err)
{
    size_t from = 0, to, last;
    q_code rc = Q_OK;

    *out = (q_expense_text){.text = {"", 0}};
    while (from < count && classes[from] != EXPENSE_LINE_ADDRESS)
        from++;
    if (from == count)
        return Q_OK;
    /* "Corner 12" above the town: no known word, but a house */
    while (from > 0 && classes[from - 1] == EXPENSE_LINE_TEXT && is_house(p->s, lines[from - 1]))
        from--;
    for (to = last = from; to < count && to < from + MAX_ADDRESS; to++) {
        if (classes[to] == EXPENSE_LINE_ADDRESS)
            last = to;
        else if (classes[to] != EXPENSE_LINE_TEXT || to > last + 1)
            break;
    }
    for (size_t i = from; i <= last && !rc; i++)
        rc = party__text_add(p->s, without_country(p->s, lines[i]), out, err);
    return rc;
}

bool party__is_salutation(const expense_sheet *s, expense_span span)
{
    static const char *const words[] = {"herrn", "herr", "frau", "firma",    "mr",    "mrs",
                                        "ms",    "mme",  "m",    "monsieur", "madame"};

    for (size_t i = 0; span.count == 1 && i < sizeof(words) / sizeof(*words); i++)
        if (q_str_is(s->tokens[span.first].folded, words[i]))
            return true;
    return false;
}

q_code party__emit(const party_page *p, const party_lines *l, party_kind kind,
                   const expense_hit *label, double score, q_err *err)
{
    static const char *const names[] = {"RECEIVER_NAME", "VENDOR_NAME", "ship to name"};
    static const char *const addresses[] = {"RECEIVER_ADDRESS", "VENDOR_ADDRESS",
                                            "ship to address"};
    q_expense_text name = {.text = {"", 0}}, address;
    size_t at = 0;
    q_code rc;

    while (at < l->count && l->classes[at] != EXPENSE_LINE_TEXT &&
           !(l->classes[at] == EXPENSE_LINE_ADDRESS &&
             expense__company_signs(p->s, l->lines[at]) >= 1))
        at++;
    if (at == l->count)
        return Q_OK;
    rc = party__text_add(p->s,
                         party__without_form(p->s, party__without_registration(p->s, l->lines[at])),
                         &name, err);
    while (!rc && at + 1 < l->count &&
           (party__is_salutation(p->s, l->lines[at]) ||
            expense__is_company_tail(p->s, l->lines[at + 1]) ||
            (at + 2 < l->count && l->lines[at + 1].count == 1 &&
             expense__is_company_tail(p->s, l->lines[at + 2])) ||
            (l->classes[at + 1] == EXPENSE_LINE_TEXT &&
             expense__company_signs(p->s, l->lines[at]) <= 0 &&
             expense__company_signs(p->s, l->lines[at + 1]) >= 1))) {
        at++;
        rc = party__text_add(p->s, party__without_registration(p->s, l->lines[at]), &name, err);
    }
    if (!rc)
        rc = party__address(p, l->lines + at + 1, l->classes + at + 1, l->count - at - 1, &address,
                            err);
    if (rc)
        return rc;
    rc = party__add(p, names[kind], &name, label, score, p->s->tokens[l->lines[at].first].row, err);
    if (!rc)
        rc = party__add(p, addresses[kind], &address, label, score,
                        p->s->tokens[l->lines[at].first].row, err);
    return rc;
}

void party__line_add(const party_page *p, party_lines *l, expense_span span, size_t run)
{
    if (l->count == EXPENSE_BLOCK_LINES || !span.count)
        return;
    l->lines[l->count] = span;
    l->classes[l->count] = expense__line_class(p->leaf, run);
    /* the label before it made it one; the rest of the run is words */
    if (span.first != p->s->runs[run].tokens.first) {
        size_t letters, digits;

        expense__count_signs(p->s, span, &letters, &digits);
        l->classes[l->count] = letters < 2                          ? EXPENSE_LINE_NUMBER
                               : expense__address_signs(p->s, span) ? EXPENSE_LINE_ADDRESS
                                                                    : EXPENSE_LINE_TEXT;
    }
    l->count++;
}

void party__lines_below(const party_page *p, const expense_run *above, double x0, double x1,
                        double pitch, party_lines *l)
{
    double bottom = above->y1, em = p->s->em;

    for (size_t r = above->row + 1; r < p->s->row_count; r++) {
        const expense_row *row = p->s->rows + r;
        double reach = (l->count ? pitch : 3.5) * em;

        if (row->y0 - bottom > reach)
            break;
        for (size_t i = row->first_run; i < row->first_run + row->run_count; i++) {
            const expense_run *run = p->s->runs + i;

            if (run->x0 > x1 + em || run->x1 < x0 - em ||
                (run->x0 < x0 - 3 * em && run->x1 > x1 + 20 * em))
                continue;
            if (expense__starts_party(p->leaf, i) || p->leaf->row_use[r] != EXPENSE_ROW_FREE)
                return;
            party__line_add(p, l, run->tokens, i);
            x1 = fmax(x1, fmin(run->x1, x0 + 30 * em));
            bottom = run->y1;
            break;
        }
    }
}
