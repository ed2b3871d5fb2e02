#include "document/expense_party.h"

#include "document/expense_letterhead.h"
#include "document/expense_tagged.h"

#include <math.h>

static const expense_hit *hit_leading(const party_page *p, expense_span span, const char *type)
{
    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;

        if (h->tokens.first == span.first && expense__label_is(h, type))
            return h;
    }
    return NULL;
}

/* What stands behind a label in its row. */
static expense_span behind(const party_page *p, const expense_hit *h)
{
    size_t i = 0;

    while (i + 1 < p->leaf->hits.count && p->leaf->hits.hits + i != h)
        i++;
    return expense__behind(p->leaf, i);
}

/* "Name: X" and "Address: Y" rows below a party's heading. */
static bool form_lines(const party_page *p, const party_lines *from, party_lines *to)
{
    bool named = false;

    for (size_t i = 0; i < from->count; i++) {
        const expense_hit *name = hit_leading(p, from->lines[i], "name");
        const expense_hit *address = hit_leading(p, from->lines[i], "address");
        const expense_hit *h = name ? name : address;
        expense_span span;

        if (!h)
            continue;
        span = behind(p, h);
        while (span.count && !p->s->tokens[span.first].folded.n) {
            span.first++;
            span.count--;
        }
        if (!span.count)
            continue;
        named = named || name;
        party__line_add(p, to, span, p->s->tokens[span.first].run);
        if (address) {
            const expense_run *r = p->s->runs + p->s->tokens[span.first].run;
            double x0 = p->s->tokens[span.first].x0;

            to->classes[to->count - 1] = EXPENSE_LINE_ADDRESS;
            party__lines_below(p, r, x0, fmax(r->x1, x0 + 8 * p->s->em), 3, to);
        }
    }
    return named;
}

static q_code labelled_party(const party_page *p, size_t hit, q_err *err)
{
    const expense_hit *h = p->leaf->hits.hits + hit;
    const expense_run *run = p->s->runs + p->s->tokens[h->tokens.first].run;
    /* a label may reach over two runs */
    const expense_run *end = p->s->runs + p->s->tokens[h->tokens.first + h->tokens.count - 1].run;
    party_lines lines = {.count = 0}, form = {.count = 0};
    expense_span rest = {h->tokens.first + h->tokens.count, 0};
    party_kind kind = expense__label_is(h, "vendor")    ? PARTY_VENDOR
                      : expense__label_is(h, "ship to") ? PARTY_SHIPPED_TO
                                                        : PARTY_RECEIVER;
    double score = h->label->strength * h->quality;

    rest.count = end->tokens.first + end->tokens.count - rest.first;
    while (rest.count && !p->s->tokens[rest.first].folded.n) {
        rest.first++;
        rest.count--;
    }
    /* "to", "from", "customer" in a sentence */
    if (rest.count && !h->colon &&
        (h->tokens.count == 1 ||
         (p->s->tokens[rest.first].text.p[0] >= 'a' && p->s->tokens[rest.first].text.p[0] <= 'z')))
        return Q_OK;
    if (rest.count)
        party__line_add(p, &lines, rest, p->s->tokens[rest.first].run);
    party__lines_below(p, run, rest.count ? p->s->tokens[rest.first].x0 : run->x0, run->x1,
                       p->leaf->exact ? 1.3 : 2.2, &lines);
    if (h->tokens.count == 1 && !h->colon && h->tokens.count != run->tokens.count)
        score *= 0.6;
    if (form_lines(p, &lines, &form))
        lines = form;
    return party__emit(p, &lines, kind, h, score, err);
}

static q_code page_parties(const party_page *p, q_err *err)
{
    size_t had = p->out->count, count = 0;
    bool receiver_known = false;
    expense_block *blocks;
    q_code rc = expense__blocks_find(p->leaf, &blocks, &count, err);

    for (size_t i = 0; i < p->leaf->hits.count && !rc; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;

        if (h->label->kind == EXPENSE_PARTY && h->leads && !expense__label_is(h, "elsewhere") &&
            p->leaf->row_use[p->s->tokens[h->tokens.first].row] == EXPENSE_ROW_FREE)
            rc = labelled_party(p, i, err);
    }
    for (size_t i = had; i < p->out->count; i++)
        receiver_known = receiver_known || q_str_is(p->out->items[i].field.type, "RECEIVER_NAME");
    for (size_t i = 0; i < p->s->run_count && !rc; i++)
        rc = letterhead__sender_line(p, i, err);
    for (size_t i = 0; i < count && !rc; i++) {
        if (blocks[i].labelled)
            continue;
        rc = letterhead__vendor(p, blocks + i, err);
        if (!rc && !receiver_known)
            rc = letterhead__receiver(p, blocks + i, err);
    }
    return rc ? rc : expense__tagged_find(p, err);
}

/* Do rows follow one another from `above` to `below`, without line items or a gap between? */
static bool is_together(const party_page *p, size_t above, size_t below)
{
    for (size_t r = above; r < below; r++)
        if (p->leaf->row_use[r + 1] != EXPENSE_ROW_FREE ||
            p->s->rows[r + 1].y0 - p->s->rows[r].y1 > 2.5 * p->s->em)
            return false;
    return below - above <= 12;
}

/* The heading under which a run stands: the nearest party's above it in its column, or in its row.
 */
static const expense_hit *heading_over(const party_page *p, size_t token)
{
    const expense_run *own = p->s->runs + p->s->tokens[token].run;
    const expense_hit *best = NULL;

    for (size_t i = 0; i < p->leaf->hits.count; i++) {
        const expense_hit *h = p->leaf->hits.hits + i;
        const expense_run *run = p->s->runs + p->s->tokens[h->tokens.first].run;

        if (h->tokens.first >= token)
            break;
        if (h->label->kind == EXPENSE_PARTY && h->leads && is_together(p, run->row, own->row) &&
            fabs(run->x0 - own->x0) < 4 * p->s->em &&
            (h->colon || h->tokens.count == run->tokens.count))
            best = h;
    }
    return best;
}

/* Numbers, telephones and mail addresses under the receiver's heading are the receiver's. */
static void sides_settle(const party_page *p)
{
    static const struct {
        const char *vendor, *receiver;
    } sides[] = {
        {"VENDOR_VAT_NUMBER", "RECEIVER_VAT_NUMBER"}, {"VENDOR_GST_NUMBER", "RECEIVER_GST_NUMBER"},
        {"VENDOR_ABN_NUMBER", "RECEIVER_ABN_NUMBER"}, {"VENDOR_PAN_NUMBER", "RECEIVER_PAN_NUMBER"},
        {"VENDOR_PHONE", "RECEIVER_PHONE"},           {"VENDOR_EMAIL", "RECEIVER_EMAIL"}};

    for (size_t i = 0; i < p->out->count; i++) {
        expense_candidate *c = p->out->items + i;
        const expense_hit *h;

        if (c->field.page != p->s->page || !c->tokens.count ||
            !q_str_starts(c->field.type, Q_STR("VENDOR_")))
            continue;
        h = heading_over(p, c->tokens.first);
        for (size_t k = 0; h && k < sizeof sides / sizeof *sides; k++)
            if (q_str_is(c->field.type, sides[k].vendor) &&
                (expense__label_is(h, "receiver") || expense__label_is(h, "ship to")))
                c->field.type = q_str_of(sides[k].receiver);
    }
}

/* One name cannot be both: the weaker of two equal readings goes. */
static void doubles_drop(expense_candidates *c)
{
    const expense_candidate *vendor = NULL;

    for (size_t i = 0; i < c->count; i++)
        if (q_str_is(c->items[i].field.type, "VENDOR_NAME") &&
            (!vendor || c->items[i].score > vendor->score))
            vendor = c->items + i;
    for (size_t i = 0; vendor && i < c->count; i++)
        if (q_str_starts(c->items[i].field.type, Q_STR("RECEIVER")) && !c->items[i].labelled &&
            c->items[i].row == vendor->row && c->items[i].field.page == vendor->field.page)
            c->items[i].score = 0;
}

q_code expense__parties_find(const expense_leaf *leaves, size_t count, expense_candidates *out,
                             q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < count && i < 4 && !rc; i++) {
        party_page p = {.leaf = leaves + i, .s = &leaves[i].sheet, .out = out};

        sides_settle(&p);
        rc = page_parties(&p, err);
    }
    doubles_drop(out);
    return rc;
}
