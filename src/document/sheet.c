#include "document/sheet.h"

enum { MOST_COLUMNS = 16 };

static q_code make(q_str title, size_t rows, size_t columns, q_arena *a, q_sheet *s, q_err *err)
{
    size_t count;

    if (!q_size_mul(&count, rows, columns))
        return q_err_nomem(err);
    *s = (q_sheet){title, rows, columns, q_arena_array(a, count, sizeof *s->cells)};
    if (!s->cells || !title.p)
        return q_err_nomem(err);
    for (size_t i = 0; i < count; i++)
        s->cells[i] = (q_sheet_cell){.text = {"", 0}, .row_span = 1, .column_span = 1};
    return Q_OK;
}

static q_sheet_cell *at(q_sheet *s, size_t row, size_t column)
{
    return &s->cells[row * s->columns + column];
}

static void put(q_sheet *s, size_t row, size_t column, q_str text)
{
    at(s, row, column)->text = text;
    at(s, row, column)->heading = row == 0;
}

static void put_number(q_sheet *s, size_t row, size_t column, q_str text)
{
    put(s, row, column, text);
    at(s, row, column)->number = true;
    at(s, 0, column)->number = true;
}

static q_str percent(float confidence, q_arena *a)
{
    return q_str_printf(a, "%.1f", (double)confidence);
}

static q_code whole(const q_sheet *s, q_err *err)
{
    for (size_t i = 0; i < s->rows * s->columns; i++)
        if (!s->cells[i].text.p)
            return q_err_nomem(err);
    return Q_OK;
}

/* Ticks before the words that follow them. */
static q_str value_text(const q_page *page, const q_picks *ticks, const q_picks *words, q_arena *a)
{
    q_buf b = q_buf_init(a, SIZE_MAX);
    q_str text = q_picks_text(page, words, a), all;

    for (size_t i = 0; i < ticks->count; i++) {
        if (i)
            q_buf_char(&b, ' ');
        q_buf_puts(&b, page->marks.ticks[ticks->items[i]].selected ? "[x]" : "[ ]");
    }
    if (ticks->count && text.n)
        q_buf_char(&b, ' ');
    q_buf_put(&b, text);
    return !text.p || q_buf_finish(&b, &all, NULL) ? (q_str){NULL, 0} : all;
}

q_code q_sheet_of_lines(const q_pages *pages, q_arena *a, q_sheet *out, q_err *err)
{
    static const q_str heads[] = {Q_STR_INIT("Page"), Q_STR_INIT("Line"), Q_STR_INIT("Confidence"),
                                  Q_STR_INIT("Text")};
    size_t rows = 1, row = 1;
    q_code rc;

    for (size_t p = 0; p < pages->count; p++)
        rows += pages->pages[p].line_count;
    rc = make(Q_STR("Text"), rows, 4, a, out, err);
    if (rc)
        return rc;
    for (size_t c = 0; c < 4; c++)
        put(out, 0, c, heads[c]);
    for (size_t p = 0; p < pages->count; p++)
        for (size_t i = 0; i < pages->pages[p].line_count; i++, row++) {
            const q_line *line = &pages->pages[p].lines[i];

            put_number(out, row, 0, q_str_printf(a, "%zu", p + 1));
            put_number(out, row, 1, q_str_printf(a, "%zu", i + 1));
            put_number(out, row, 2, percent(line->confidence, a));
            put(out, row, 3, line->text);
        }
    return whole(out, err);
}

q_code q_sheet_of_form(const q_page *page, size_t number, const q_form *form, q_arena *a,
                       q_sheet *out, q_err *err)
{
    q_code rc = make(q_str_printf(a, "Page %zu, form", number), form->count + 1, 3, a, out, err);

    if (rc)
        return rc;
    put(out, 0, 0, Q_STR("Key"));
    put(out, 0, 1, Q_STR("Value"));
    put(out, 0, 2, Q_STR("Confidence"));
    for (size_t i = 0; i < form->count; i++) {
        const q_pair *p = &form->pairs[i];

        put(out, i + 1, 0, q_picks_text(page, &p->key, a));
        put(out, i + 1, 1, value_text(page, &p->ticks, &p->value, a));
        put_number(out, i + 1, 2, percent(p->confidence, a));
    }
    return whole(out, err);
}

/* A table's title, or its number on the page. */
static q_str table_title(const q_page *page, size_t number, const q_table *t, q_arena *a)
{
    q_str title = q_picks_text(page, &t->title, a);

    return title.n ? title : q_str_printf(a, "Page %zu, table", number);
}

/* A heading stands over the numbers of its column as they do. */
static void align_headings(q_sheet *s)
{
    for (size_t c = 0; c < s->columns; c++) {
        size_t numbers = 0, texts = 0;

        for (size_t r = 0; r < s->rows; r++) {
            numbers += !at(s, r, c)->heading && at(s, r, c)->number;
            texts += !at(s, r, c)->heading && !at(s, r, c)->number && at(s, r, c)->text.n;
        }
        for (size_t r = 0; r < s->rows; r++)
            if (at(s, r, c)->heading && at(s, r, c)->column_span == 1)
                at(s, r, c)->number = numbers > texts;
    }
}

q_code q_sheet_of_table(const q_page *page, size_t number, const q_table *table, q_arena *a,
                        q_sheet *out, q_err *err)
{
    q_code rc = make(table_title(page, number, table, a), table->rows, table->columns, a, out, err);

    for (size_t i = 0; i < table->cell_count && !rc; i++) {
        const q_cell *from = &table->cells[i];
        q_sheet_cell *cell = at(out, from->row, from->column);
        double ignored;

        for (size_t r = 0; r < from->row_span; r++)
            for (size_t c = 0; c < from->column_span; c++)
                at(out, from->row + r, from->column + c)->row_span = 0;
        cell->text = value_text(page, &from->ticks, &from->words, a);
        cell->row_span = from->row_span;
        cell->column_span = from->column_span;
        cell->heading = from->heading;
        cell->number = cell->text.n && q_amount_parse(cell->text, &ignored);
    }
    if (!rc)
        align_headings(out);
    return rc ? rc : whole(out, err);
}

q_code q_sheet_of_fields(const q_expense *e, q_arena *a, q_sheet *out, q_err *err)
{
    static const q_str heads[] = {Q_STR_INIT("Type"), Q_STR_INIT("Label"), Q_STR_INIT("Value"),
                                  Q_STR_INIT("Page"), Q_STR_INIT("Confidence")};
    q_code rc = make(Q_STR("Summary fields"), e->field_count + 1, 5, a, out, err);

    if (rc)
        return rc;
    for (size_t c = 0; c < 5; c++)
        put(out, 0, c, heads[c]);
    for (size_t i = 0; i < e->field_count; i++) {
        const q_expense_field *f = &e->fields[i];

        put(out, i + 1, 0, f->type);
        put(out, i + 1, 1, f->label.present ? f->label.text : Q_STR(""));
        put(out, i + 1, 2, f->value.text);
        put_number(out, i + 1, 3, q_str_printf(a, "%zu", f->page));
        put_number(out, i + 1, 4, percent(f->type_confidence, a));
    }
    return whole(out, err);
}

/* What a column of items is called: a field's type, or its label where that says nothing. */
static q_str column_name(const q_expense_field *f)
{
    return f->label.present && q_str_is(f->type, "OTHER") ? f->label.text : f->type;
}

/* The kinds of field that the rows hold, their whole text (EXPENSE_ROW) apart. */
static size_t item_columns(const q_expense_table *t, q_str *names)
{
    size_t count = 0;

    for (size_t r = 0; r < t->count; r++)
        for (size_t f = 0; f < t->items[r].count; f++) {
            q_str name = column_name(&t->items[r].fields[f]);
            size_t c = 0;

            while (c < count && !q_str_eq(names[c], name))
                c++;
            if (c == count && count < MOST_COLUMNS && !q_str_is(name, "EXPENSE_ROW"))
                names[count++] = name;
        }
    return count;
}

static bool is_number(q_str name)
{
    return q_str_is(name, "PRICE") || q_str_is(name, "UNIT_PRICE") || q_str_is(name, "QUANTITY");
}

q_code q_sheet_of_items(const q_expense_table *t, size_t number, q_arena *a, q_sheet *out,
                        q_err *err)
{
    q_str names[MOST_COLUMNS];
    size_t columns = item_columns(t, names);
    q_code rc = make(q_str_printf(a, "Line items %zu", number), t->count + 1, columns, a, out, err);

    for (size_t c = 0; c < columns && !rc; c++) {
        put(out, 0, c, names[c]);
        at(out, 0, c)->number = is_number(names[c]);
        for (size_t r = 0; r < t->count; r++)
            for (size_t f = t->items[r].count; f-- > 0;)
                if (q_str_eq(column_name(&t->items[r].fields[f]), names[c])) {
                    put(out, r + 1, c, t->items[r].fields[f].value.text);
                    at(out, r + 1, c)->number = is_number(names[c]);
                }
    }
    return rc;
}
