#include "document/expense_table.h"

#include "document/expense_grid.h"
#include "document/expense_receipt.h"

#include <math.h>
#include <string.h>

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

/* Does a word within the run stand just under the left edge of a column's head? */
static bool begins_inside(const grid *t, const expense_run *run, const expense_column *c)
{
    for (size_t i = run->tokens.first + 1; i < run->tokens.first + run->tokens.count; i++)
        if (fabs(t->s->tokens[i].x0 - c->x0) < 0.3 * t->s->em && run->x0 < c->x0 - 2 * t->s->em)
            return true;
    return false;
}

/* Each run goes to its column; one that reaches over several is parted at the
 * tokens.
 */
static void cells_fill(const grid *t, grid_row *r)
{
    const expense_row *row = t->s->rows + r->row;

    memset(r->cells, 0, sizeof(r->cells));
    for (size_t i = row->first_run; i < row->first_run + row->run_count; i++) {
        const expense_run *run = t->s->runs + i;
        size_t from = run->tokens.first, over = 0;
        size_t whole = expense__column_at(&t->head, run->x0, run->x1);

        for (size_t c = 0; c < t->head.column_count; c++)
            over += expense__overlap(run->x0, run->x1, t->head.columns[c].x0,
                                     t->head.columns[c].x1) > 0.3 ||
                    begins_inside(t, run, t->head.columns + c);
        for (size_t k = from; k < from + run->tokens.count; k++) {
            const expense_token *tok = t->s->tokens + k;
            size_t c = over > 1 ? expense__column_at(&t->head, tok->x0, tok->x1) : whole;

            if (!r->cells[c].count)
                r->cells[c].first = k;
            r->cells[c].count = k - r->cells[c].first + 1;
        }
    }
}

static size_t cells_used(const grid *t, const grid_row *r)
{
    size_t n = 0;

    for (size_t c = 0; c < t->head.column_count; c++)
        n += r->cells[c].count > 0;
    return n;
}

/* After a row of sums, does the table go on with a full row? */
static bool goes_on(const grid *t, size_t row)
{
    for (size_t k = row + 1; k <= row + 3 && k < t->s->row_count; k++) {
        grid_row r = {.row = k};

        if (expense__is_summary_row(t->leaf, k))
            return false;
        cells_fill(t, &r);
        if (cells_used(t, &r) >= 3 && grid__is_sum(t->s, r.cells[t->money]) &&
            cells_used(t, &r) * 2 > t->head.column_count)
            return true;
    }
    return false;
}

/* The head of another table, or a heading for terms. */
static bool ends_table(const grid *t, size_t row)
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

static q_code body_read(grid *t, q_err *err)
{
    const expense_sheet *s = t->s;
    double bottom = s->rows[t->from].y0;

    t->rows = q_arena_array(s->arena, s->row_count + 1, sizeof(*t->rows));
    if (!t->rows)
        return q_err_nomem(err);
    for (size_t i = t->from; i < s->row_count; i++) {
        grid_row *r = t->rows + t->row_count;

        if (s->rows[i].y0 - bottom > 10 * s->em || t->leaf->row_use[i] == EXPENSE_ROW_HEAD ||
            (t->row_count && ends_table(t, i)))
            break;
        bottom = s->rows[i].y1;
        if (expense__is_summary_row(t->leaf, i)) {
            if (!goes_on(t, i))
                break;
            continue;
        }
        *r = (grid_row){.row = i, .owner = SIZE_MAX};
        cells_fill(t, r);
        r->anchor = grid__is_sum(s, r->cells[t->money]);
        t->row_count++;
    }
    return Q_OK;
}

static bool has_words(const grid *t, expense_span cell)
{
    size_t letters = 0;

    for (size_t i = cell.first; i < cell.first + cell.count; i++)
        for (size_t k = 0; k < t->s->tokens[i].folded.n; k++)
            letters += q_is_alpha(t->s->tokens[i].folded.p[k]);
    return letters >= 3;
}

/* A row's numbers belong below where the item above has its own and the one below lacks them: its
 * sum stands a little lower.
 */
static bool completes_below(const grid *t, size_t row, size_t above, size_t below)
{
    static const char *const numbers[] = {"UNIT_PRICE", "QUANTITY"};

    for (size_t k = 0; above != SIZE_MAX && below == row + 1 && k < 2; k++) {
        size_t c = expense__column_of(&t->head, numbers[k]);

        if (c == t->head.column_count || t->rows[below].cells[c].count ||
            !grid__is_sum(t->s, t->rows[row].cells[c]))
            continue;
        for (size_t i = 0; i < row; i++)
            if (t->rows[i].owner == above && t->rows[i].cells[c].count)
                return true;
    }
    return false;
}

/* Lines without a sum go to the item above or below. */
static void owners_find(grid *t)
{
    size_t above = SIZE_MAX, item = expense__column_of(&t->head, "ITEM");
    bool named = item < t->head.column_count;

    item = named ? item : 0;
    t->names_first = named && t->row_count > 1 && !t->rows[0].anchor && t->rows[1].anchor &&
                     item < t->head.column_count && t->rows[0].cells[item].count &&
                     !has_words(t, t->rows[1].cells[item]);
    for (size_t i = 0; i < t->row_count; i++) {
        grid_row *r = t->rows + i;
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
            (i - (above == SIZE_MAX ? 0 : above) > GRID_LINES && below - i > GRID_LINES))
            continue;
        if (completes_below(t, i, above, below))
            r->owner = below;
        else if (t->names_first && below < t->row_count && below - i <= GRID_LINES &&
                 down < 3 * t->s->em && up > 0.7 * down)
            r->owner = below;
        else if (above == SIZE_MAX)
            r->owner =
                below == i + 1 && !has_words(t, t->rows[below].cells[item]) ? below : SIZE_MAX;
        else if (i - above <= GRID_LINES)
            r->owner = t->rows[i - 1].owner == SIZE_MAX || up > 2.5 * t->s->em ? SIZE_MAX : above;
    }
}

static q_code table_emit(grid *t, q_expense_table *out, q_err *err)
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
            rc = grid__item(t, i, out->items + out->count++, err);
    }
    for (size_t r = t->head.first_row; n && !t->carried && r <= t->head.last_row; r++)
        t->leaf->row_use[r] = EXPENSE_ROW_HEAD;
    return rc;
}

/* Item names of mostly digits are positions or codes; then the next column of
 * words is the name.
 */
static void item_column_check(grid *t)
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

static void limits_find(grid *t)
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

/* The column whose number makes a row an item; column_count without one. */
static size_t money_column(const expense_head *h)
{
    static const char *const money[] = {"PRICE", "UNIT_PRICE", "QUANTITY"};
    size_t c = h->column_count;

    for (size_t i = 0; i < 3 && c == h->column_count; i++)
        c = expense__column_of(h, money[i]);
    return c;
}

/* One or two rows whose "sums" have no cents are words that stand under the heads by chance. */
static bool is_table(const grid *t)
{
    size_t anchors = 0;

    for (size_t i = 0; i < t->row_count; i++) {
        expense_amount a[1];

        if (!t->rows[i].anchor || !expense__amounts_in(t->s, t->rows[i].cells[t->money], a, 1))
            continue;
        if (a[0].decimals || a[0].marked)
            return true;
        anchors++;
    }
    return anchors > 2;
}

static q_code table_read(grid *t, q_expense_table *out, q_err *err)
{
    q_code rc;

    t->money = money_column(&t->head);
    *out = (q_expense_table){0};
    if (t->money == t->head.column_count || t->from >= t->s->row_count)
        return Q_OK;
    rc = body_read(t, err);
    if (rc || !is_table(t))
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

/* Do the rows above all heads of a page go on with the table at the end of the page before? */
static q_code carried_read(expense_leaf *leaf, const expense_hits *columns,
                           const expense_head *head, size_t end, q_expense_table *items, q_err *err)
{
    grid t = {.leaf = leaf, .heads = columns, .s = &leaf->sheet, .head = *head, .carried = true};
    size_t first = end;

    *items = (q_expense_table){0};
    t.money = money_column(head);
    for (size_t i = 0; i < end && first == end; i++) {
        grid_row r = {.row = i};

        cells_fill(&t, &r);
        if (grid__is_sum(t.s, r.cells[t.money]) && cells_used(&t, &r) >= 3 &&
            cells_used(&t, &r) * 2 > head->column_count && !expense__is_summary_row(leaf, i))
            first = i;
        else if (i > 4)
            break;
    }
    if (first == end)
        return Q_OK;
    t.from = first;
    return table_read(&t, items, err);
}

/* One page's tables. `carry` is the head of the table the page before ends with, and becomes that
 * of this one's last; its column_count is 0 without one.
 */
static q_code leaf_tables(expense_leaf *leaf, q_arena *a, expense_head *carry, q_expense *out,
                          size_t *cap, q_err *err)
{
    expense_hits columns;
    size_t from = 0;
    bool found = true, any = false;
    expense_head before = *carry;
    q_code rc = expense__labels_find(&leaf->sheet, true, leaf->exact, &columns, err);

    while (!rc && found) {
        grid t = {.leaf = leaf, .heads = &columns, .s = &leaf->sheet};
        q_expense_table items;

        rc = expense__head_find(leaf, &columns, from, &t.head, &found, err);
        if (!rc && from == 0 && before.column_count) {
            rc = carried_read(leaf, &columns, &before,
                              found ? t.head.first_row : leaf->sheet.row_count, &items, err);
            if (!rc)
                rc = table_keep(out, a, cap, &items, err);
            any = any || items.count;
        }
        if (rc || !found)
            break;
        from = t.from = t.head.last_row + 1;
        rc = table_read(&t, &items, err);
        if (t.row_count && items.count)
            from = t.rows[t.row_count - 1].row + 1;
        *carry = t.head;
        if (!items.count || from < leaf->sheet.row_count)
            carry->column_count = 0;
        if (!rc)
            rc = table_keep(out, a, cap, &items, err);
        any = any || items.count;
    }
    if (!rc && !any && !out->table_count) {
        q_expense_table items;

        rc = expense__receipt_items(leaf, &items, err);
        if (!rc)
            rc = table_keep(out, a, cap, &items, err);
    }
    return rc;
}

q_code expense__plain_items(expense_leaf *leaf, q_expense_table *out, q_err *err)
{
    unsigned char *use = leaf->row_use;
    q_code rc;

    leaf->row_use = q_arena_alloc(leaf->sheet.arena, leaf->sheet.row_count + 1);
    rc = leaf->row_use ? expense__receipt_items(leaf, out, err) : q_err_nomem(err);
    leaf->row_use = use;
    return rc;
}

q_code expense__tables_find(expense_leaf *leaves, size_t count, q_arena *a, q_expense *out,
                            q_err *err)
{
    expense_head carry = {.column_count = 0};
    size_t cap = 0;
    q_code rc = Q_OK;

    for (size_t i = 0; i < count && !rc; i++)
        rc = leaf_tables(leaves + i, a, &carry, out, &cap, err);
    return rc;
}
