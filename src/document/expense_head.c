#include "document/expense_head.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t expense__column_of(const expense_head *h, const char *type)
{
    size_t i = 0;

    while (i < h->column_count && strcmp(h->columns[i].type, type) != 0)
        i++;
    return i;
}

size_t expense__column_at(const expense_head *h, double x0, double x1)
{
    size_t best = 0;
    double least = 1e30;

    for (size_t i = 0; i < h->column_count; i++) {
        const expense_column *c = h->columns + i;
        double away = x0 > c->x1 ? x0 - c->x1 : x1 < c->x0 ? c->x0 - x1 : 0;
        double inside = fmin(x1, c->x1) - fmax(x0, c->x0);

        if (away <= 0)
            away = -inside;
        if (away < least) {
            least = away;
            best = i;
        }
    }
    return best;
}

/* What the column hits of one row say together. */
typedef struct head_signs {
    size_t hits, words; /* hits, and words that are part of none */
    bool money, thing, date;
} head_signs;

static bool hit_is(const expense_hit *h, const char *type)
{
    return expense__label_is(h, type);
}

static head_signs signs_of(const expense_sheet *s, const expense_hits *c, size_t row)
{
    head_signs g = {0};
    size_t covered = 0, last = SIZE_MAX;

    for (size_t i = 0; i < c->count; i++) {
        const expense_hit *h = c->hits + i;

        if (s->tokens[h->tokens.first].row != row || h->colon)
            continue;
        g.money = g.money || hit_is(h, "PRICE") || hit_is(h, "UNIT_PRICE");
        g.thing =
            g.thing || hit_is(h, "ITEM") || hit_is(h, "QUANTITY") || hit_is(h, "PRODUCT_CODE");
        g.date = g.date || hit_is(h, "DATE");
        if (h->tokens.first != last) {
            g.hits++;
            covered += h->tokens.count;
        }
        last = h->tokens.first;
    }
    for (size_t i = 0; i < s->rows[row].tokens.count; i++)
        g.words += s->tokens[s->rows[row].tokens.first + i].folded.n > 0;
    g.words = g.words > covered ? g.words - covered : 0;
    return g;
}

/* Sums, or numbers as items have them: "5,5000  50 pcs". */
static bool has_money(const expense_sheet *s, size_t row)
{
    expense_amount a[8];
    size_t n = expense__amounts_in(s, s->rows[row].tokens, a, 8);

    for (size_t i = 0; i < n; i++)
        if (a[i].decimals >= 2 || (a[i].marked && fabs(a[i].value) > 0))
            return true;
    return n > 2;
}

/* A label that a column's words may be read as, instead: the leftmost of the
 * types at that token that the head does not have yet.
 */
static void column_type(expense_column *c, const expense_hits *hits, size_t i,
                        const expense_head *head)
{
    size_t first = hits->hits[i].tokens.first;
    const expense_label *best = NULL;

    for (; i < hits->count && hits->hits[i].tokens.first == first; i++) {
        const expense_label *l = hits->hits[i].label;

        if (!best || (expense__column_of(head, best->type) < head->column_count &&
                      expense__column_of(head, l->type) == head->column_count))
            best = l;
    }
    if (best) {
        c->type = best->type;
        c->strength = best->strength;
    }
}

static q_code column_add(const expense_sheet *s, expense_head *h, expense_span span,
                         const expense_hits *hits, size_t hit, q_err *err)
{
    expense_column *c = h->columns + h->column_count;
    q_code rc;

    if (h->column_count == EXPENSE_MAX_COLUMNS || !span.count)
        return Q_OK;
    *c = (expense_column){.type = "OTHER", .strength = 0.5F};
    c->x0 = s->tokens[span.first].x0;
    c->x1 = s->tokens[span.first + span.count - 1].x1;
    if (hit < hits->count)
        column_type(c, hits, hit, h);
    rc = expense__text(s, span, &c->label, err);
    h->column_count += !rc;
    return rc;
}

/* The row's runs become columns; a run with several heads is parted. */
static q_code columns_of_row(const expense_sheet *s, const expense_hits *c, size_t row,
                             expense_head *h, q_err *err)
{
    const expense_row *r = s->rows + row;
    q_code rc = Q_OK;

    for (size_t i = r->first_run; i < r->first_run + r->run_count && !rc; i++) {
        size_t at = s->runs[i].tokens.first, end = at + s->runs[i].tokens.count;
        size_t open = c->count; /* the hit whose column is being gathered */

        for (size_t k = 0; k < c->count && !rc; k++) {
            const expense_hit *hit = c->hits + k;

            if (hit->tokens.first < at || hit->tokens.first >= end ||
                (k && c->hits[k - 1].tokens.first == hit->tokens.first))
                continue;
            if (hit->tokens.first > at && open == c->count && hit->tokens.first - at <= 2 &&
                s->tokens[hit->tokens.first].x0 - s->tokens[hit->tokens.first - 1].x1 < s->em) {
                open = k; /* "Our item": words before the known one */
                continue;
            }
            if (hit->tokens.first > at)
                rc = column_add(s, h, (expense_span){at, hit->tokens.first - at}, c, open, err);
            at = hit->tokens.first;
            open = k;
        }
        if (!rc)
            rc = column_add(s, h, (expense_span){at, end - at}, c, open, err);
    }
    return rc;
}

/* A run above or below the heads adds words to the column it stands over. */
static q_code run_merge(const expense_sheet *s, const expense_hits *c, const expense_run *run,
                        bool above, expense_head *h, q_err *err)
{
    expense_column *col = NULL;
    size_t hit = c->count;
    q_expense_text extra;
    q_code rc;

    for (size_t k = 0; k < c->count; k++)
        if (c->hits[k].tokens.first >= run->tokens.first &&
            c->hits[k].tokens.first < run->tokens.first + run->tokens.count) {
            hit = k;
            break;
        }
    for (size_t i = 0; i < h->column_count; i++)
        if (expense__overlap(run->x0, run->x1, h->columns[i].x0, h->columns[i].x1) > 0.3)
            col = h->columns + i;
    if (!col)
        return hit < c->count ? column_add(s, h, run->tokens, c, hit, err) : Q_OK;
    if (!strcmp(col->type, "OTHER") && hit < c->count) {
        column_type(col, c, hit, h);
        col->strength *= 0.9F;
    } else if (hit < c->count && !above && !strcmp(col->type, "PRODUCT_CODE") &&
               hit_is(c->hits + hit, "ITEM")) {
        col->under = "ITEM"; /* "Article no." over "Description" */
    }
    rc = expense__text(s, run->tokens, &extra, err);
    if (rc)
        return rc;
    if (above) {
        q_expense_text lower = col->label;

        col->label = extra;
        extra = lower;
    }
    col->label.text =
        q_str_printf(s->arena, "%.*s\n%.*s", Q_ARG(q_str_sub(col->label.text, 0, 400)),
                     Q_ARG(q_str_sub(extra.text, 0, 400)));
    if (!col->label.text.p)
        return q_err_nomem(err);
    col->label.box = q_box_join(col->label.box, extra.box);
    col->x0 = fmin(col->x0, run->x0);
    col->x1 = fmax(col->x1, run->x1);
    return Q_OK;
}

static bool may_be_head_line(const expense_sheet *s, const expense_hits *c, size_t row)
{
    head_signs g = signs_of(s, c, row);

    return !has_money(s, row) && (g.hits > 0 || g.words <= 3) && g.words <= 2 * g.hits + 3;
}

/* Heads of two or three lines: what stands tight above and below. */
static q_code neighbours_merge(const expense_sheet *s, const expense_hits *c, expense_head *h,
                               q_err *err)
{
    size_t base = h->first_row;
    q_code rc = Q_OK;

    for (size_t k = 0; k < 3 && base > k && !rc; k++) {
        size_t row = base - k - 1;

        if (s->rows[row + 1].y0 - s->rows[row].y1 > 0.8 * s->em || !may_be_head_line(s, c, row) ||
            !signs_of(s, c, row).hits)
            break;
        for (size_t i = 0; i < s->rows[row].run_count && !rc; i++)
            rc = run_merge(s, c, s->runs + s->rows[row].first_run + i, true, h, err);
        h->first_row = row;
    }
    for (size_t k = 1; k <= 3 && base + k < s->row_count && !rc; k++) {
        size_t row = base + k;

        if (s->rows[row].y0 - s->rows[row - 1].y1 > 0.8 * s->em || !may_be_head_line(s, c, row) ||
            !signs_of(s, c, row).hits)
            break;
        for (size_t i = 0; i < s->rows[row].run_count && !rc; i++)
            rc = run_merge(s, c, s->runs + s->rows[row].first_run + i, false, h, err);
        h->last_row = row;
    }
    return rc;
}

static int by_x(const void *a, const void *b)
{
    const expense_column *x = a, *y = b;

    return (x->x0 > y->x0) - (x->x0 < y->x0);
}

/* One PRODUCT_CODE: the one whose head says so most surely, the leftmost of equal ones. */
static void codes_settle(expense_head *h)
{
    size_t best = h->column_count;

    for (size_t i = 0; i < h->column_count; i++)
        if (!strcmp(h->columns[i].type, "PRODUCT_CODE") &&
            (best == h->column_count || h->columns[i].strength > h->columns[best].strength))
            best = i;
    for (size_t i = 0; i < best && best < h->column_count; i++)
        if (!strcmp(h->columns[i].type, "PRODUCT_CODE"))
            h->columns[i].type = "OTHER";
}

/* One PRICE, the rightmost; one ITEM; two prices are unit price and price. */
static void types_settle(expense_head *h)
{
    static const char *const once[] = {"QUANTITY", "UNIT_PRICE", "PRODUCT_CODE"};
    size_t last = h->column_count, item = h->column_count;

    for (size_t i = 0; i < h->column_count; i++)
        if (!strcmp(h->columns[i].type, "PRICE"))
            last = i;
    /* "Amount  Product  Price  Total": before the product it is how many */
    for (size_t i = 0; i < expense__column_of(h, "ITEM") && i < last; i++)
        if (last < h->column_count && !strcmp(h->columns[i].type, "PRICE") &&
            expense__column_of(h, "QUANTITY") == h->column_count)
            h->columns[i].type = "QUANTITY";
    for (size_t i = 0; i < last && last < h->column_count; i++)
        if (!strcmp(h->columns[i].type, "PRICE"))
            h->columns[i].type =
                expense__column_of(h, "UNIT_PRICE") == h->column_count ? "UNIT_PRICE" : "OTHER";
    for (size_t i = 0; i < h->column_count; i++) {
        if (strcmp(h->columns[i].type, "ITEM") != 0)
            continue;
        if (item < h->column_count)
            h->columns[i].type = "OTHER";
        else
            item = i;
    }
    codes_settle(h);
    for (size_t k = 0; k < sizeof(once) / sizeof(*once); k++)
        for (size_t i = expense__column_of(h, once[k]) + 1; i < h->column_count; i++)
            if (!strcmp(h->columns[i].type, once[k]))
                h->columns[i].type = "OTHER";
}

/* Of the lines of one head, the one that says most. */
static size_t fullest_line(const expense_sheet *s, const expense_hits *c, size_t row)
{
    size_t best = row;

    for (size_t k = row + 1; k < s->row_count && k <= row + 2; k++) {
        if (s->rows[k].y0 - s->rows[k - 1].y1 > 0.8 * s->em || !may_be_head_line(s, c, k))
            break;
        if (signs_of(s, c, k).hits > signs_of(s, c, best).hits)
            best = k;
    }
    return best;
}

q_code expense__head_find(const expense_leaf *leaf, const expense_hits *columns, size_t from,
                          expense_head *out, bool *found, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    q_code rc;

    *found = false;
    for (size_t row = from; row < s->row_count; row++) {
        head_signs g = signs_of(s, columns, row);
        bool fits = g.money && (g.thing ? g.hits >= 2 : g.date && g.hits >= 3);

        /* "Description" over "Qty Price": the thing may stand a line apart */
        if (!fits || g.words > 2 * g.hits + 1 || has_money(s, row))
            continue;
        row = fullest_line(s, columns, row);
        *out = (expense_head){.first_row = row, .last_row = row};
        rc = columns_of_row(s, columns, row, out, err);
        if (!rc)
            rc = neighbours_merge(s, columns, out, err);
        if (rc)
            return rc;
        qsort(out->columns, out->column_count, sizeof(*out->columns), by_x);
        types_settle(out);
        *found = true;
        return Q_OK;
    }
    return Q_OK;
}
