#include "document/expense_table.h"

#include "document/expense_head.h"
#include "document/expense_receipt.h"

#include <math.h>
#include <string.h>

enum { MAX_LINES = 8 }; /* of one item */

/* A line item while it is gathered: its cells, line by line. */
typedef struct item_row {
    size_t row;
    bool anchor;  /* holds the item's sum */
    size_t owner; /* the anchor it belongs to; SIZE_MAX for none */
    expense_span cells[EXPENSE_MAX_COLUMNS];
} item_row;

typedef struct table {
    expense_leaf *leaf;
    const expense_hits *heads; /* all words of column heads on the page */
    const expense_sheet *s;
    expense_head head;
    item_row *rows;
    size_t row_count;
    double limits[EXPENSE_MAX_COLUMNS]; /* where what stands right of a column begins */
    size_t money;                       /* the column that makes a row an item */
    bool names_first;                   /* a name's line comes before its numbers' */
} table;

bool expense__is_summary_row(const expense_leaf *leaf, size_t row)
{
    static const char *const types[] = {"TOTAL", "SUBTOTAL",   "TAX",        "gross",
                                        "net",   "AMOUNT_DUE", "AMOUNT_PAID"};
    const expense_sheet *s = &leaf->sheet;
    expense_amount a[8];

    for (size_t i = 0; i < leaf->hits.count; i++) {
        const expense_hit *h = leaf->hits.hits + i;

        if (s->tokens[h->tokens.first].row != row || !h->leads || h->label->strength < 0.7F)
            continue;
        for (size_t k = 0; k < sizeof(types) / sizeof(*types); k++)
            if (expense__label_is(h, types[k]) &&
                expense__amounts_in(s, expense__behind(leaf, i), a, 8))
                return true;
    }
    return false;
}

static bool is_sum(const expense_sheet *s, expense_span span)
{
    expense_amount a[2];

    return expense__amounts_in(s, span, a, 2) > 0 && !a[0].percent;
}

/* Each run goes to its column; one that reaches over several is parted at the
 * tokens.
 */
static void cells_fill(const table *t, item_row *r)
{
    const expense_row *row = t->s->rows + r->row;

    memset(r->cells, 0, sizeof(r->cells));
    for (size_t i = row->first_run; i < row->first_run + row->run_count; i++) {
        const expense_run *run = t->s->runs + i;
        size_t from = run->tokens.first, over = 0;
        size_t whole = expense__column_at(&t->head, run->x0, run->x1);

        for (size_t c = 0; c < t->head.column_count; c++)
            over += expense__overlap(run->x0, run->x1, t->head.columns[c].x0,
                                     t->head.columns[c].x1) > 0.3;
        for (size_t k = from; k < from + run->tokens.count; k++) {
            const expense_token *tok = t->s->tokens + k;
            size_t c = over > 1 ? expense__column_at(&t->head, tok->x0, tok->x1) : whole;

            if (!r->cells[c].count)
                r->cells[c].first = k;
            r->cells[c].count = k - r->cells[c].first + 1;
        }
    }
}

static size_t cells_used(const table *t, const item_row *r)
{
    size_t n = 0;

    for (size_t c = 0; c < t->head.column_count; c++)
        n += r->cells[c].count > 0;
    return n;
}

/* After a row of sums, does the table go on with a full row? */
static bool goes_on(const table *t, size_t row)
{
    for (size_t k = row + 1; k <= row + 3 && k < t->s->row_count; k++) {
        item_row r = {.row = k};

        if (expense__is_summary_row(t->leaf, k))
            return false;
        cells_fill(t, &r);
        if (cells_used(t, &r) >= 3 && is_sum(t->s, r.cells[t->money]) &&
            cells_used(t, &r) * 2 > t->head.column_count)
            return true;
    }
    return false;
}

/* The head of another table, or a heading for terms. */
static bool ends_table(const table *t, size_t row)
{
    const expense_hits *labels = &t->leaf->hits;
    expense_amount a[1];
    size_t heads = 0;

    for (size_t i = 0; i < labels->count; i++) {
        const expense_hit *h = labels->hits + i;

        if (t->s->tokens[h->tokens.first].row == row && h->leads &&
            (h->label->kind == EXPENSE_TEXT ||
             (expense__label_is(h, "TOTAL") && h->label->strength > 0.9F)))
            return true;
    }
    for (size_t i = 0; i < t->heads->count; i++)
        heads += t->s->tokens[t->heads->hits[i].tokens.first].row == row && t->heads->hits[i].leads;
    return heads >= 2 && !expense__amounts_in(t->s, t->s->rows[row].tokens, a, 1);
}

static q_code body_read(table *t, q_err *err)
{
    const expense_sheet *s = t->s;
    double bottom = s->rows[t->head.last_row].y1;

    t->rows = q_arena_array(s->arena, s->row_count + 1, sizeof(*t->rows));
    if (!t->rows)
        return q_err_nomem(err);
    for (size_t i = t->head.last_row + 1; i < s->row_count; i++) {
        item_row *r = t->rows + t->row_count;

        if (s->rows[i].y0 - bottom > 10 * s->em || t->leaf->row_use[i] == EXPENSE_ROW_HEAD ||
            (t->row_count && ends_table(t, i)))
            break;
        bottom = s->rows[i].y1;
        if (expense__is_summary_row(t->leaf, i)) {
            if (!goes_on(t, i))
                break;
            continue;
        }
        *r = (item_row){.row = i, .owner = SIZE_MAX};
        cells_fill(t, r);
        r->anchor = is_sum(s, r->cells[t->money]);
        t->row_count++;
    }
    return Q_OK;
}

static bool has_words(const table *t, expense_span cell)
{
    size_t letters = 0;

    for (size_t i = cell.first; i < cell.first + cell.count; i++)
        for (size_t k = 0; k < t->s->tokens[i].folded.n; k++)
            letters += q_is_alpha(t->s->tokens[i].folded.p[k]);
    return letters >= 3;
}

/* Lines without a sum go to the item above or below. */
static void owners_find(table *t)
{
    size_t above = SIZE_MAX, item = expense__column_of(&t->head, "ITEM");

    item = item == t->head.column_count ? 0 : item;
    t->names_first = t->row_count > 1 && !t->rows[0].anchor && t->rows[1].anchor &&
                     item < t->head.column_count && t->rows[0].cells[item].count &&
                     !has_words(t, t->rows[1].cells[item]);
    for (size_t i = 0; i < t->row_count; i++) {
        item_row *r = t->rows + i;
        const expense_row *line = t->s->rows + r->row;
        size_t below = i;
        double up, down;

        if (r->anchor) {
            r->owner = above = i;
            continue;
        }
        while (below < t->row_count && !t->rows[below].anchor)
            below++;
        up = above == SIZE_MAX ? 1e9 : line->y0 - t->s->rows[t->rows[i - 1].row].y1;
        down = below == t->row_count ? 1e9 : t->s->rows[t->rows[i + 1].row].y0 - line->y1;
        if ((up > 4 * t->s->em && down > 4 * t->s->em) ||
            (i - (above == SIZE_MAX ? 0 : above) > MAX_LINES && below - i > MAX_LINES))
            continue;
        if (t->names_first && below < t->row_count && below - i <= MAX_LINES &&
            down < 3 * t->s->em && up > 0.7 * down)
            r->owner = below;
        else if (above == SIZE_MAX)
            r->owner =
                below == i + 1 && !has_words(t, t->rows[below].cells[item]) ? below : SIZE_MAX;
        else if (i - above <= MAX_LINES)
            r->owner = t->rows[i - 1].owner == SIZE_MAX || up > 2.5 * t->s->em ? SIZE_MAX : above;
    }
}

/* Would the first word of the lower line have fitted behind the upper one?
 * Then the break was meant, and the line is a remark.
 */
static bool is_wrapped(const table *t, expense_span upper, expense_span lower, size_t column)
{
    const expense_token *last = t->s->tokens + upper.first + upper.count - 1;
    const expense_token *word = t->s->tokens + lower.first;

    return last->x1 + (word->x1 - word->x0) + 0.8 * t->s->em > t->limits[column];
}

/* The rows among which an item's lines are. */
static size_t lines_from(size_t anchor)
{
    return anchor > MAX_LINES ? anchor - MAX_LINES : 0;
}

static size_t lines_to(const table *t, size_t anchor)
{
    return anchor + MAX_LINES + 1 < t->row_count ? anchor + MAX_LINES + 1 : t->row_count;
}

/* "GTIN: 4012345001235", "- with cover": details of an item, not its name. */
static bool is_remark(const table *t, expense_span cell)
{
    q_str first = t->s->tokens[cell.first].text;

    if (first.p[0] == '-' || first.p[0] == '*')
        return true;
    for (size_t i = cell.first; i < cell.first + cell.count; i++)
        if (q_str_ends(t->s->tokens[i].text, Q_STR(":")))
            return true;
    return false;
}

static q_code cell_gather(const table *t, size_t anchor, size_t column, q_expense_text *out,
                          expense_span *first, q_err *err)
{
    const char *type = t->head.columns[column].type;
    bool texts = !strcmp(type, "ITEM") || !strcmp(type, "OTHER");
    expense_span last = {0, 0};
    q_code rc = Q_OK;

    *out = (q_expense_text){.text = {"", 0}};
    *first = last;
    for (size_t i = lines_from(anchor); i < lines_to(t, anchor) && !rc; i++) {
        const item_row *r = t->rows + i;
        expense_span cell = r->cells[column];

        if (r->owner != anchor || !cell.count)
            continue;
        if (out->present && (!texts || !is_wrapped(t, last, cell, column)) &&
            !(texts && t->names_first))
            break;
        if (!texts && i != anchor && t->rows[anchor].cells[column].count)
            continue;
        if (texts && out->present && is_remark(t, cell))
            break;
        if (!first->count)
            *first = cell;
        last = cell;
        rc = expense__text_add(t->s, cell, out, err);
    }
    return rc;
}

static q_expense_field field_make(const table *t, const char *type, q_expense_text value,
                                  float confidence)
{
    q_expense_field f = {.value = value, .page = t->s->page, .type_confidence = confidence};

    f.type = q_str_of(type);
    f.currency = (q_str){"", 0};
    f.label.text = (q_str){"", 0};
    return f;
}

static float type_confidence(const table *t, const expense_column *c, expense_span span)
{
    bool number =
        !strcmp(c->type, "PRICE") || !strcmp(c->type, "UNIT_PRICE") || !strcmp(c->type, "QUANTITY");
    float base = 70 + 25 * c->strength;

    return number && !is_sum(t->s, span) ? base * 0.6F : base;
}

/* "[A-12] Chair": the code before a name, when there is no column for codes. */
static q_code code_part(const table *t, q_expense_item *item, expense_span *name, q_err *err)
{
    q_str word = t->s->tokens[name->first].text;
    q_expense_text code;
    q_code rc;

    if (name->count < 2 || word.n < 4 || word.p[0] != '[' || word.p[word.n - 1] != ']' ||
        expense__column_of(&t->head, "PRODUCT_CODE") < t->head.column_count)
        return Q_OK;
    rc = expense__text(t->s, (expense_span){name->first, 1}, &code, err);
    if (rc)
        return rc;
    code.text = q_str_sub(code.text, 1, code.text.n - 2);
    item->fields[item->count++] = field_make(t, "PRODUCT_CODE", code, 75);
    name->first++;
    name->count--;
    return Q_OK;
}

static q_code cell_emit(const table *t, size_t anchor, size_t column, q_expense_item *item,
                        q_err *err)
{
    const expense_column *c = t->head.columns + column;
    const char *type = strcmp(c->type, "DATE") ? c->type : "OTHER";
    expense_span first;
    q_expense_text value;
    expense_amount a[1];
    q_expense_field *f;
    q_code rc = cell_gather(t, anchor, column, &value, &first, err);

    if (rc || !value.present)
        return rc;
    if (!strcmp(type, "ITEM")) {
        expense_span name = first;

        rc = code_part(t, item, &name, err);
        if (!rc && name.count < first.count)
            rc = expense__text(t->s, name, &value, err);
        if (rc)
            return rc;
    }
    f = item->fields + item->count++;
    *f = field_make(t, type, value, type_confidence(t, c, first));
    f->label = c->label;
    if (!strncmp(type + (strlen(type) > 5 ? strlen(type) - 5 : 0), "PRICE", 5) &&
        expense__amounts_in(t->s, first, a, 1))
        f->currency = a[0].currency;
    return Q_OK;
}

static q_code item_emit(const table *t, size_t anchor, q_expense_item *item, q_err *err)
{
    q_expense_text whole = {.text = {"", 0}};
    q_code rc = Q_OK;

    item->fields = q_arena_array(t->s->arena, t->head.column_count + 2, sizeof(*item->fields));
    if (!item->fields)
        return q_err_nomem(err);
    for (size_t c = 0; c < t->head.column_count && !rc; c++)
        rc = cell_emit(t, anchor, c, item, err);
    for (size_t i = lines_from(anchor); i < lines_to(t, anchor) && !rc; i++)
        if (t->rows[i].owner == anchor)
            rc = expense__text_add(t->s, t->s->rows[t->rows[i].row].tokens, &whole, err);
    if (!rc)
        item->fields[item->count++] = field_make(t, "EXPENSE_ROW", whole, 90);
    return rc;
}

static q_code table_emit(table *t, q_expense_table *out, q_err *err)
{
    size_t n = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->row_count; i++)
        n += t->rows[i].anchor;
    out->items = q_arena_array(t->s->arena, n + 1, sizeof(*out->items));
    if (!out->items)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->row_count && !rc; i++) {
        if (t->rows[i].owner != SIZE_MAX)
            t->leaf->row_use[t->rows[i].row] = EXPENSE_ROW_ITEM;
        if (t->rows[i].anchor)
            rc = item_emit(t, i, out->items + out->count++, err);
    }
    for (size_t r = t->head.first_row; n && r <= t->head.last_row; r++)
        t->leaf->row_use[r] = EXPENSE_ROW_HEAD;
    return rc;
}

/* Item names of mostly digits are positions or codes; then the next column of
 * words is the name.
 */
static void item_column_check(table *t)
{
    size_t item = expense__column_of(&t->head, "ITEM"), named = 0, all = 0;

    if (item == t->head.column_count)
        return;
    for (size_t i = 0; i < t->row_count; i++) {
        expense_span cell = t->rows[i].cells[item];
        size_t letters = 0;

        for (size_t k = 0; k < cell.count; k++)
            for (size_t b = 0; b < t->s->tokens[cell.first + k].folded.n; b++)
                letters += q_is_alpha(t->s->tokens[cell.first + k].folded.p[b]);
        all += cell.count > 0;
        named += letters >= 3;
    }
    if (named * 2 >= all || item + 1 >= t->head.column_count ||
        strcmp(t->head.columns[item + 1].type, "OTHER") != 0)
        return;
    t->head.columns[item].type =
        expense__column_of(&t->head, "PRODUCT_CODE") == t->head.column_count ? "PRODUCT_CODE"
                                                                             : "OTHER";
    t->head.columns[item + 1].type = "ITEM";
}

static void limits_find(table *t)
{
    for (size_t c = 0; c < t->head.column_count; c++)
        t->limits[c] = t->s->width;
    for (size_t i = 0; i < t->row_count; i++) {
        double right = t->s->width;

        for (size_t c = t->head.column_count; t->rows[i].owner != SIZE_MAX && c-- > 0;) {
            t->limits[c] = fmin(t->limits[c], right);
            if (t->rows[i].cells[c].count)
                right = fmin(right, t->s->tokens[t->rows[i].cells[c].first].x0);
        }
    }
}

static q_code table_read(table *t, q_expense_table *out, q_err *err)
{
    static const char *const money[] = {"PRICE", "UNIT_PRICE", "QUANTITY"};
    q_code rc;

    t->money = t->head.column_count;
    for (size_t i = 0; i < 3 && t->money == t->head.column_count; i++)
        t->money = expense__column_of(&t->head, money[i]);
    *out = (q_expense_table){0};
    if (t->money == t->head.column_count)
        return Q_OK;
    rc = body_read(t, err);
    if (rc)
        return rc;
    owners_find(t);
    item_column_check(t);
    limits_find(t);
    return table_emit(t, out, err);
}

static q_code table_keep(q_expense *out, q_arena *a, size_t *cap, const q_expense_table *t,
                         q_err *err)
{
    if (!t->count)
        return Q_OK;
    if (q_arena_grow(a, &out->tables, cap, out->table_count + 1, sizeof(*out->tables)))
        return q_err_nomem(err);
    out->tables[out->table_count++] = *t;
    return Q_OK;
}

static q_code leaf_tables(expense_leaf *leaf, q_arena *a, q_expense *out, size_t *cap, q_err *err)
{
    expense_hits columns;
    size_t from = 0;
    bool found = true, any = false;
    q_code rc = expense__labels_find(&leaf->sheet, true, leaf->exact, &columns, err);

    while (!rc && found) {
        table t = {.leaf = leaf, .heads = &columns, .s = &leaf->sheet};
        q_expense_table items;

        rc = expense__head_find(leaf, &columns, from, &t.head, &found, err);
        if (rc || !found)
            break;
        rc = table_read(&t, &items, err);
        from = t.head.last_row + 1;
        if (t.row_count && items.count)
            from = t.rows[t.row_count - 1].row + 1;
        if (!rc)
            rc = table_keep(out, a, cap, &items, err);
        any = any || items.count;
    }
    if (!rc && !any) {
        q_expense_table items;

        rc = expense__receipt_items(leaf, &items, err);
        if (!rc)
            rc = table_keep(out, a, cap, &items, err);
    }
    return rc;
}

q_code expense__tables_find(expense_leaf *leaves, size_t count, q_arena *a, q_expense *out,
                            q_err *err)
{
    size_t cap = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; i < count && !rc; i++)
        rc = leaf_tables(leaves + i, a, out, &cap, err);
    return rc;
}
