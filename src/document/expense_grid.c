#include "document/expense_grid.h"

#include "document/expense_address.h"

#include <string.h>

bool grid__is_sum(const expense_sheet *s, expense_span span)
{
    expense_amount a[2];

    return expense__amounts_in(s, span, a, 2) > 0 && !a[0].percent;
}

/* Would the first word of the lower line have fitted behind the upper one?
 * Then the break was meant, and the line is a remark.
 */
static bool is_wrapped(const grid *t, expense_span upper, expense_span lower, size_t column)
{
    const expense_token *last = t->s->tokens + upper.first + upper.count - 1;
    const expense_token *word = t->s->tokens + lower.first;

    return last->x1 + (word->x1 - word->x0) + 0.8 * t->s->em > t->limits[column];
}

/* The rows among which an item's lines are. */
static size_t lines_from(size_t anchor)
{
    return anchor > GRID_LINES ? anchor - GRID_LINES : 0;
}

static size_t lines_to(const grid *t, size_t anchor)
{
    return anchor + GRID_LINES + 1 < t->row_count ? anchor + GRID_LINES + 1 : t->row_count;
}

/* "GTIN: 4012345001235", "- with cover": details of an item, not its name. */
static bool is_remark(const grid *t, expense_span cell)
{
    q_str first = t->s->tokens[cell.first].text;

    if (first.p[0] == '-' || first.p[0] == '*')
        return true;
    for (size_t i = cell.first; i < cell.first + cell.count; i++)
        if (q_str_ends(t->s->tokens[i].text, Q_STR(":")))
            return true;
    cell.first += cell.count; /* the colon may be in the next column */
    return cell.first < t->s->token_count &&
           t->s->tokens[cell.first].row == t->s->tokens[cell.first - 1].row &&
           q_str_is(t->s->tokens[cell.first].text, ":");
}

static bool is_code(const grid *t, expense_span cell)
{
    size_t letters, digits;

    expense__count_signs(t->s, cell, &letters, &digits);
    return digits > 0 && letters <= 12 && cell.count <= 3;
}

static q_code cell_gather(const grid *t, size_t anchor, size_t column, q_expense_text *out,
                          expense_span *first, q_err *err)
{
    const char *type = t->head.columns[column].type;
    bool texts = !strcmp(type, "ITEM") || !strcmp(type, "OTHER");
    bool code = !strcmp(type, "PRODUCT_CODE"); /* the first of several */
    expense_span last = {0, 0};
    q_code rc = Q_OK;

    *out = (q_expense_text){.text = {"", 0}};
    *first = last;
    for (size_t i = lines_from(anchor); i < lines_to(t, anchor) && !rc; i++) {
        const grid_row *r = t->rows + i;
        expense_span cell = r->cells[column];

        if (r->owner != anchor || !cell.count)
            continue;
        if (out->present && (!texts || !is_wrapped(t, last, cell, column)) &&
            !(texts && t->names_first))
            break;
        if (code ? !is_code(t, cell) || (t->head.columns[column].under && i > anchor)
                 : !texts && i != anchor && t->rows[anchor].cells[column].count)
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

static q_expense_field field_make(const grid *t, const char *type, q_expense_text value,
                                  float confidence)
{
    q_expense_field f = {.value = value, .page = t->s->page, .type_confidence = confidence};

    f.type = q_str_of(type);
    f.currency = (q_str){"", 0};
    f.label.text = (q_str){"", 0};
    return f;
}

static float type_confidence(const grid *t, const expense_column *c, expense_span span)
{
    bool number =
        !strcmp(c->type, "PRICE") || !strcmp(c->type, "UNIT_PRICE") || !strcmp(c->type, "QUANTITY");
    float base = 70 + 25 * c->strength;

    return number && !grid__is_sum(t->s, span) ? base * 0.6F : base;
}

/* "[A-12] Chair": the code before a name, when there is no column for codes. */
static q_code code_part(const grid *t, q_expense_item *item, expense_span *name, q_err *err)
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

/* The second line of a cell whose column has a second head: the item's name under its code. */
static q_code under_emit(const grid *t, size_t anchor, size_t column, q_expense_item *item,
                         q_err *err)
{
    const expense_column *c = t->head.columns + column;
    q_expense_text value;
    q_code rc;

    for (size_t i = anchor + 1; i < lines_to(t, anchor); i++) {
        expense_span cell = t->rows[i].cells[column];

        if (t->rows[i].owner != anchor || !cell.count)
            continue;
        rc = expense__text(t->s, cell, &value, err);
        if (!rc) {
            item->fields[item->count++] = field_make(t, c->under, value, 80);
            item->fields[item->count - 1].label = c->label;
        }
        return rc;
    }
    return Q_OK;
}

static q_code cell_emit(const grid *t, size_t anchor, size_t column, q_expense_item *item,
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
    while (!strcmp(type, "ITEM") && f->value.text.n > 1 && q_str_ends(f->value.text, Q_STR(":")))
        f->value.text.n--;
    if (!strncmp(type + (strlen(type) > 5 ? strlen(type) - 5 : 0), "PRICE", 5) &&
        expense__amounts_in(t->s, first, a, 1))
        f->currency = a[0].currency;
    return c->under ? under_emit(t, anchor, column, item, err) : Q_OK;
}

q_code grid__item(const grid *t, size_t anchor, q_expense_item *item, q_err *err)
{
    q_expense_text whole = {.text = {"", 0}};
    q_code rc = Q_OK;

    item->fields = q_arena_array(t->s->arena, 2 * t->head.column_count + 2, sizeof(*item->fields));
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
