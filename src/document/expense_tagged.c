#include "document/expense_tagged.h"

#include "document/expense_lines.h"

#include <math.h>

enum { WIDEST = 60 }; /* of a receipt's print, in em */

/* Lines of one tag that belong together. */
typedef struct part {
    size_t first, last;
    double chance; /* that it is just these lines */
} part;

/* A line of nothing but a registration may stand between a name's lines. */
static bool may_skip(const lines_line *l)
{
    return l->tag == LINES_OTHER && (l->signs[LINES_REGISTRATION] || l->signs[LINES_FEW_LETTERS]);
}

static part part_from(const lines_line *lines, size_t count, size_t first)
{
    lines_tag tag = lines[first].tag;
    part p = {first, first, lines[first].chance[tag]};

    for (size_t i = first + 1; i < count; i++) {
        if (lines[i].tag == tag)
            p.last = i;
        else if (!may_skip(lines + i) || i + 1 == count || lines[i + 1].tag != tag)
            break;
        p.chance = fmin(p.chance, lines[i].chance[lines[i].tag]);
    }
    if (first)
        p.chance = fmin(p.chance, 1 - lines[first - 1].chance[tag]);
    if (p.last + 1 < count)
        p.chance = fmin(p.chance, 1 - lines[p.last + 1].chance[tag]);
    return p;
}

/* The surest part of that tag; false without one. */
static bool part_find(const lines_line *lines, size_t count, lines_tag tag, part *best)
{
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        part p;

        if (lines[i].tag != tag)
            continue;
        p = part_from(lines, count, i);
        if (!found || p.chance > best->chance)
            *best = p;
        found = true;
        i = p.last;
    }
    return found;
}

/* "Owned by: Chef Lee Sdn Bhd": the name is behind the colon. */
static expense_span behind_colon(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first; i + 1 < span.first + span.count && i < span.first + 4; i++)
        if (q_str_ends(s->tokens[i].text, Q_STR(":")))
            return (expense_span){i + 1, span.first + span.count - i - 1};
    return span;
}

/* Behind "Sdn Bhd" nothing of the name follows. */
static expense_span to_form(const expense_sheet *s, expense_span span)
{
    for (size_t i = span.first + 1; i < span.first + span.count; i++)
        if (q_str_is(s->tokens[i].folded, "bhd") && q_str_is(s->tokens[i - 1].folded, "sdn"))
            span.count = i + 1 - span.first;
    return span;
}

static q_code part_put(const party_page *p, const lines_line *lines, const part *of,
                       const char *type, q_err *err)
{
    bool name = lines[of->first].tag == LINES_NAME;
    q_expense_text text = {.text = {"", 0}};
    q_code rc = Q_OK;

    for (size_t i = of->first; i <= of->last && !rc; i++) {
        expense_span span = lines[i].tokens;

        if (lines[i].tag != lines[of->first].tag)
            continue;
        if (name)
            span = to_form(p->s, party__without_registration(p->s, behind_colon(p->s, span)));
        rc = party__text_add(p->s, span, &text, err);
    }
    return rc ? rc
              : party__add(p, type, &text, NULL, 1 + of->chance,
                           p->s->tokens[lines[of->first].tokens.first].row, err);
}

static bool is_narrow(const expense_sheet *s)
{
    double left = s->width, right = 0;

    for (size_t i = 0; i < s->row_count; i++) {
        left = fmin(left, s->rows[i].x0);
        right = fmax(right, s->rows[i].x1);
    }
    return right - left < WIDEST * s->em;
}

q_code expense__tagged_find(const party_page *p, q_err *err)
{
    lines_line *lines;
    size_t count;
    part found;
    q_code rc;

    if (p->leaf->exact || p->s->page > 1 || !is_narrow(p->s))
        return Q_OK;
    rc = expense__lines_tag(p->leaf, &lines, &count, err);
    if (!rc && part_find(lines, count, LINES_NAME, &found))
        rc = part_put(p, lines, &found, "VENDOR_NAME", err);
    if (!rc && part_find(lines, count, LINES_ADDRESS, &found))
        rc = part_put(p, lines, &found, "VENDOR_ADDRESS", err);
    return rc;
}
