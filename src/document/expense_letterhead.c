#include "document/expense_letterhead.h"

#include <math.h>

/* Lines of the page, folded, that are the same words: a name in the letterhead
 * and again in the footer.
 */
static size_t times_written(const party_page *p, expense_span span)
{
    size_t n = 0;

    for (size_t i = 0; i + span.count <= p->s->token_count; i++) {
        size_t k = 0;

        while (k < span.count &&
               q_str_eq(p->s->tokens[i + k].folded, p->s->tokens[span.first + k].folded))
            k++;
        n += k == span.count;
    }
    return n;
}

/* Does a web or mail address carry the name? "www.harrow-finch.example" */
static bool in_domain(const party_page *p, expense_span span)
{
    char name[48];
    size_t n = 0;

    for (size_t i = span.first; i < span.first + span.count; i++) {
        q_str f = p->s->tokens[i].folded;

        if (i > span.first && n >= 5 && expense__company_signs(p->s, (expense_span){i, 1}) >= 1)
            break;
        for (size_t k = 0; k < f.n && n < sizeof(name); k++)
            if (f.p[k] != ' ')
                name[n++] = f.p[k];
    }
    if (n < 4)
        return false;
    for (size_t i = 0; i < p->s->token_count; i++) {
        q_str t = p->s->tokens[i].text, f = p->s->tokens[i].folded;
        char flat[96];
        size_t m = 0;

        if (!q_str_has(t, '@') && !q_str_starts(t, Q_STR("www.")) &&
            !q_str_starts(t, Q_STR("http")))
            continue;
        for (size_t k = 0; k < f.n && m < sizeof(flat); k++)
            if (f.p[k] != ' ')
                flat[m++] = f.p[k];
        if (q_str_find((q_str){flat, m}, (q_str){name, n}) != SIZE_MAX)
            return true;
    }
    return false;
}

static bool mostly_small(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first; i < span.first + span.count; i++)
        if (s->tokens[i].text.p[0] < 'a' || s->tokens[i].text.p[0] > 'z')
            return false;
    return true;
}

/* How much an unlabelled line looks like the sender's name. */
static double name_score(const party_page *p, const expense_block *b, size_t line)
{
    const expense_run *r = expense__block_run(p->s, b, line);
    double score = 0.3, height = (r->y1 - r->y0) / p->s->em, top = r->y0 / p->s->height;
    double company = expense__company_signs(p->s, r->tokens);
    q_str last = p->s->tokens[r->tokens.first + r->tokens.count - 1].text;
    size_t letters, digits, words;

    expense__count_signs(p->s, r->tokens, &letters, &digits);
    words = party__without_registration(p->s, r->tokens).count;
    if (letters < 3 || words > 9 || expense__is_company_tail(p->s, r->tokens) ||
        (company < 1 && q_str_ends(last, Q_STR(":"))))
        return 0;
    score += company >= 1 ? 0.3 : 0.2 * company;
    score -= company < 1 && top > 0.4 ? 0.15 : 0;
    score += height > 1.7 ? 0.16 : height > 1.25 ? 0.1 : 0;
    score += 0.12 * (1 - fmin(1, 2.5 * top));
    score += b->contact ? 0.08 : 0;
    score += b->address ? 0.08 : 0;
    score += times_written(p, r->tokens) > 1 && r->tokens.count > 1 ? 0.06 : 0;
    score += in_domain(p, r->tokens) ? 0.15 : 0;
    score -= digits > letters / 2 ? 0.2 : 0;
    score -= letters < 5 ? 0.15 : 0;
    score -= mostly_small(p->s, r->tokens) ? 0.2 : 0;
    score -= words > 6 ? 0.1 : 0;
    score -= 0.03 * (double)(line > 4 ? 4 : line);
    score -= top > 0.5 ? 0.15 : 0;
    score -= q_str_ends(last, Q_STR(",")) ? 0.2 : 0;
    for (size_t i = 0; i < line; i++)
        if (b->classes[i] == EXPENSE_LINE_ADDRESS)
            return score - 0.25;
    return score;
}

/* The lines from `line` on, across a gap as receipts have it. */
static void letterhead_lines(const party_page *p, const expense_block *b, size_t line,
                             party_lines *l)
{
    const expense_run *last;

    for (size_t i = line; i < b->count; i++)
        party__line_add(p, l, expense__block_run(p->s, b, i)->tokens, b->runs[i]);
    last = expense__block_run(p->s, b, b->count - 1);
    if (l->count < EXPENSE_BLOCK_LINES) {
        size_t had = l->count;

        party__lines_below(p, last, last->x0, last->x1, p->leaf->exact ? 0.9 : 3, l);
        for (size_t i = had; i < l->count; i++)
            if (party__is_salutation(p->s, l->lines[i]))
                l->count = i;
    }
}

/* Is a label for something else in the run? Then its dashes part other things. */
static bool has_label_inside(const party_page *p, const expense_run *r)
{
    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;

        if (h->tokens.first >= r->tokens.first &&
            h->tokens.first < r->tokens.first + r->tokens.count && h->colon)
            return true;
    }
    return false;
}

q_code letterhead__sender_line(const party_page *p, size_t run, q_err *err)
{
    const expense_run *r = p->s->runs + run;
    size_t end = r->tokens.first + r->tokens.count, cut, last;
    size_t parts = expense__sender_parts(p->s, r->tokens, &cut, &last);
    q_expense_text name, address;
    expense_span sender;
    party_lines window = {.count = 0};
    q_code rc;

    if (!parts || has_label_inside(p, r))
        return Q_OK;
    /* a last part without a number is the country */
    {
        size_t letters, digits;

        expense__count_signs(p->s, (expense_span){last, end - last}, &letters, &digits);
        if (!digits && parts > 3)
            end = last;
    }
    sender = party__without_form(p->s, (expense_span){r->tokens.first, cut - r->tokens.first});
    rc = expense__text(p->s, sender, &name, err);
    if (!rc)
        rc = expense__text(p->s, (expense_span){cut + 1, end - cut - 1}, &address, err);
    if (!rc)
        rc = party__add(p, "VENDOR_NAME", &name, NULL, 0.93, r->row, err);
    if (!rc)
        rc = party__add(p, "VENDOR_ADDRESS", &address, NULL, 0.93, r->row, err);
    if (!rc) /* such a line stands over the receiver's address, in a window */
        party__lines_below(p, r, r->x0, r->x1, 2.4, &window);
    return rc ? rc : party__emit(p, &window, PARTY_RECEIVER, NULL, 0.7, err);
}

/* A long name on two lines, its legal form on the lower one. */
static bool is_upper_half(const party_page *p, const expense_block *b, size_t line)
{
    const expense_run *r = expense__block_run(p->s, b, line),
                      *next = expense__block_run(p->s, b, line + 1);
    double height = r->y1 - r->y0, below = next->y1 - next->y0;

    return p->leaf->exact && line == 0 && r->tokens.count <= 4 &&
           b->classes[1] == EXPENSE_LINE_TEXT && fabs(r->x0 - next->x0) < 0.3 * p->s->em &&
           fabs(height - below) < 0.1 * below && expense__company_signs(p->s, r->tokens) <= 0 &&
           expense__company_signs(p->s, next->tokens) >= 1;
}

q_code letterhead__vendor(const party_page *p, const expense_block *b, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < b->count && !rc; i++) {
        party_lines lines = {.count = 0};
        double score;

        if (b->classes[i] != EXPENSE_LINE_TEXT &&
            !(b->classes[i] == EXPENSE_LINE_ADDRESS &&
              expense__company_signs(p->s, expense__block_run(p->s, b, i)->tokens) >= 1))
            continue;
        score = name_score(p, b, i);
        if (i + 1 < b->count && is_upper_half(p, b, i))
            score = fmax(score, name_score(p, b, i + 1) + 0.02);
        if (score < 0.2)
            continue;
        letterhead_lines(p, b, i, &lines);
        lines.classes[0] = EXPENSE_LINE_TEXT;
        rc = party__emit(p, &lines, PARTY_VENDOR, NULL, score, err);
    }
    if (!rc && b->address && b->contact) { /* an office, with its telephone */
        expense_span lines[EXPENSE_BLOCK_LINES];
        q_expense_text address;

        for (size_t i = 0; i < b->count; i++)
            lines[i] = expense__block_run(p->s, b, i)->tokens;
        rc = party__address(p, lines, b->classes, b->count, &address, err);
        if (!rc)
            rc = party__add(p, "VENDOR_ADDRESS", &address, NULL, 0.5, 0, err);
    }
    return rc;
}

q_code letterhead__receiver(const party_page *p, const expense_block *b, q_err *err)
{
    party_lines lines = {.count = 0};
    const expense_run *first = expense__block_run(p->s, b, 0);
    double score = 0.4;
    bool town = false;

    if (!b->address || b->contact || b->count < 3 || first->y0 > 0.55 * p->s->height)
        return Q_OK;
    for (size_t i = 0; i < b->count; i++) {
        party__line_add(p, &lines, expense__block_run(p->s, b, i)->tokens, b->runs[i]);
        town = town || (b->classes[i] == EXPENSE_LINE_ADDRESS &&
                        expense__has_post_code(p->s, expense__block_run(p->s, b, i)->tokens));
    }
    if (!town)
        return Q_OK;
    if (party__is_salutation(p->s, lines.lines[0]))
        score += 0.3;
    score += first->y0 > 0.08 * p->s->height ? 0.08 : 0;
    return party__emit(p, &lines, PARTY_RECEIVER, NULL, score, err);
}
