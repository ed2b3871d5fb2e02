#include "document/expense_receipt.h"

#include "document/expense_table.h"

#include <math.h>
#include <string.h>

enum { MAX_AMOUNTS = 8 };

/* A row that ends in a price. */
typedef struct priced_row {
    size_t row;
    expense_amount price, unit, quantity; /* unit, quantity: tokens.count 0 for none */
    expense_span name;                    /* what stands before the numbers */
    size_t name_row;                      /* its own row, or the one above */
} priced_row;

static size_t letters_in(const expense_sheet *s, expense_span span)
{
    size_t n = 0;

    for (size_t i = span.first; i < span.first + span.count; i++)
        for (size_t k = 0; k < s->tokens[i].folded.n; k++)
            n += q_is_alpha(s->tokens[i].folded.p[k]);
    return n;
}

/* Does a label for something else lead the row? */
static bool is_labelled(const expense_leaf *leaf, size_t row)
{
    const expense_sheet *s = &leaf->sheet;

    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (s->tokens[h->tokens.first].row == row && h->tokens.first == s->rows[row].tokens.first &&
            (h->colon || h->tokens.count > 1 ||
             (h->label->kind == EXPENSE_AMOUNT && h->label->strength > 0.7F)))
            return true;
    }
    return false;
}

/* "Mon-Fri 08.30 - 12.30": opening hours, no price. */
static bool is_hours(const expense_sheet *s, const expense_amount *from, const expense_amount *to)
{
    size_t between = from->tokens.first + from->tokens.count;
    /* the dash may be read as the sign of either */
    bool dash = between + 1 == to->tokens.first
                    ? !q_is_alnum(s->tokens[between].text.p[0])
                    : between == to->tokens.first && (from->value < 0 || to->value < 0);

    return dash && fabs(from->value) < fabs(to->value) && fabs(to->value) <= 24 &&
           from->decimals == 2 && !from->marked && !to->marked;
}

/* Numbers from the right: price, unit price, quantity, as far as they agree
 * (quantity x unit price = price).
 */
static bool row_parse(const expense_sheet *s, size_t row, priced_row *out)
{
    expense_span all = s->rows[row].tokens;
    expense_amount a[MAX_AMOUNTS];
    size_t n = expense__amounts_in(s, all, a, MAX_AMOUNTS), end = all.first + all.count, first;

    *out = (priced_row){.row = row, .name_row = row};
    if (!n || a[n - 1].decimals != 2 || a[n - 1].percent ||
        (n > 1 && is_hours(s, a + n - 2, a + n - 1)))
        return false;
    out->price = a[n - 1];
    first = a[n - 1].tokens.first;
    if (end - first - a[n - 1].tokens.count > 1) /* a tax letter may follow, no more */
        return false;
    for (size_t u = 0; n > 1 && u < n - 1; u++)
        for (size_t q = 0; q < n - 1; q++) {
            if (u == q || fabs(a[q].value * a[u].value - out->price.value) > 0.006 ||
                a[u].decimals != 2 || a[q].value <= 0 || out->unit.tokens.count)
                continue;
            out->unit = a[u];
            out->quantity = a[q];
            first = a[u].tokens.first < first ? a[u].tokens.first : first;
            if (a[q].tokens.first > all.first)
                first = a[q].tokens.first < first ? a[q].tokens.first : first;
        }
    out->name = (expense_span){all.first, first - all.first};
    if (out->quantity.tokens.count && out->quantity.tokens.first == all.first) {
        out->name.first += out->quantity.tokens.count;
        out->name.count -= out->name.count ? out->quantity.tokens.count : 0;
    }
    return true;
}

static double price_edge(const expense_sheet *s, const priced_row *r)
{
    return s->tokens[r->price.tokens.first + r->price.tokens.count - 1].x1;
}

/* Without a name in its own row, an item has it in the row above. */
static bool name_find(const expense_leaf *leaf, priced_row *r, size_t from)
{
    const expense_sheet *s = &leaf->sheet;
    double right = price_edge(s, r);

    if (letters_in(s, r->name) >= 3)
        return true;
    for (size_t k = 1; k <= 2 && r->row >= from + k; k++) {
        size_t row = r->row - k;
        priced_row above;

        if (leaf->row_use[row] != EXPENSE_ROW_FREE ||
            (row_parse(s, row, &above) && fabs(price_edge(s, &above) - right) < 4 * s->em) ||
            is_labelled(leaf, row) || s->rows[row + 1].y0 - s->rows[row].y1 > 2.5 * s->em)
            return false;
        if (letters_in(s, s->rows[row].tokens) >= 3) {
            r->name = s->rows[row].tokens;
            r->name_row = row;
            return true;
        }
    }
    return false;
}

static q_code field_put(const expense_sheet *s, const char *type, expense_span span, float sure,
                        q_expense_item *item, q_err *err)
{
    q_expense_field *f = item->fields + item->count;
    q_code rc;

    if (!span.count)
        return Q_OK;
    *f = (q_expense_field){.type = q_str_of(type), .type_confidence = sure, .page = s->page};
    f->label.text = f->currency = (q_str){"", 0};
    rc = expense__text(s, span, &f->value, err);
    while (f->value.text.n > 1 && q_str_ends(f->value.text, Q_STR("*"))) /* "3.05*1" */
        f->value.text.n--;
    item->count += !rc;
    return rc;
}

/* The number a shop has for its goods: first in a row that has no name. */
static expense_span code_of(const expense_sheet *s, const priced_row *r)
{
    expense_span first = {s->rows[r->row].tokens.first, 1};
    q_str t = s->tokens[first.first].text;

    for (size_t i = 0; i < t.n; i++)
        if (!q_is_digit(t.p[i]))
            return (expense_span){0, 0};
    if (r->name_row == r->row || t.n < 4 || first.first == r->price.tokens.first ||
        (r->quantity.tokens.count && first.first == r->quantity.tokens.first))
        return (expense_span){0, 0};
    return first;
}

static q_code item_put(expense_leaf *leaf, const priced_row *r, q_expense_item *item, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    q_expense_field *row;
    q_code rc;

    item->fields = q_arena_array(s->arena, 7, sizeof(*item->fields));
    if (!item->fields)
        return q_err_nomem(err);
    rc = field_put(s, "ITEM", r->name, 80, item, err);
    if (!rc)
        rc = field_put(s, "PRODUCT_CODE", code_of(s, r), 75, item, err);
    if (!rc)
        rc = field_put(s, "QUANTITY", r->quantity.tokens, 75, item, err);
    if (!rc)
        rc = field_put(s, "UNIT_PRICE", r->unit.tokens, 75, item, err);
    if (!rc)
        rc = field_put(s, "PRICE", r->price.tokens, 85, item, err);
    if (!rc) {
        item->fields[item->count - 1].value.text = expense__amount_text(s, r->price.tokens);
        item->fields[item->count - 1].currency = r->price.currency;
        rc = item->fields[item->count - 1].value.text.p ? Q_OK : q_err_nomem(err);
    }
    if (!rc)
        rc = field_put(s, "EXPENSE_ROW", s->rows[r->name_row].tokens, 85, item, err);
    row = item->fields + item->count - 1;
    for (size_t k = r->name_row + 1; k <= r->row && !rc; k++)
        rc = expense__text_add(s, s->rows[k].tokens, &row->value, err);
    for (size_t k = r->name_row; k <= r->row; k++)
        leaf->row_use[k] = EXPENSE_ROW_ITEM;
    return rc;
}

/* The first row of sums; row_count without one. */
static size_t summary_row(const expense_leaf *leaf)
{
    size_t r = 0;

    while (r < leaf->sheet.row_count && !expense__is_summary_row(leaf, r))
        r++;
    return r;
}

q_code expense__receipt_items(expense_leaf *leaf, q_expense_table *out, q_err *err)
{
    const expense_sheet *s = &leaf->sheet;
    size_t end = summary_row(leaf), from = 0;
    double right = 0;
    q_code rc = Q_OK;

    *out = (q_expense_table){0};
    if (end == s->row_count)
        return Q_OK;
    out->items = q_arena_array(s->arena, end + 1, sizeof(*out->items));
    if (!out->items)
        return q_err_nomem(err);
    for (size_t i = 0; i < end && !rc; i++) {
        priced_row r;
        double edge;

        if (leaf->row_use[i] != EXPENSE_ROW_FREE || is_labelled(leaf, i) || !row_parse(s, i, &r) ||
            !name_find(leaf, &r, from))
            continue;
        edge = price_edge(s, &r);
        if (right > 0 && fabs(edge - right) > 4 * s->em) /* prices stand in one column */
            continue;
        right = edge;
        rc = item_put(leaf, &r, out->items + out->count++, err);
        from = i + 1;
    }
    return rc;
}
