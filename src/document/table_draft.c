#include "document/table_draft.h"

#include <math.h>

q_code table__drafts_add(table__drafts *d, q_arena *a, table__draft draft, q_err *err)
{
    if (q_arena_grow(a, &d->items, &d->cap, d->count + 1, sizeof *d->items))
        return q_err_nomem(err);
    d->items[d->count++] = draft;
    return Q_OK;
}

q_code table__cell_add(table__draft *d, q_arena *a, table__cell cell, q_err *err)
{
    if (q_arena_grow(a, &d->cells, &d->cell_cap, d->cell_count + 1, sizeof *d->cells))
        return q_err_nomem(err);
    d->cells[d->cell_count++] = cell;
    return Q_OK;
}

q_code table__word_add(table__draft *d, q_arena *a, size_t word, size_t cell, q_err *err)
{
    if (q_arena_grow(a, &d->words, &d->word_cap, d->word_count + 1, sizeof *d->words))
        return q_err_nomem(err);
    d->words[d->word_count++] = (table__place){word, cell};
    return Q_OK;
}

/* Keep only some rows or columns: those with keep[i]. Cells that lose all their places go, with
 * their words. The first line and the last stay tight around what is kept.
 */
static q_code keep_lines(table__draft *d, q_arena *a, bool rows, const bool *keep, q_err *err)
{
    double *lines = rows ? d->y : d->x;
    size_t *count = rows ? &d->rows : &d->columns, kept = 0, cells = 0, words = 0, last = 0;
    size_t *at = q_arena_array(a, *count + 1, sizeof *at);
    size_t *to = q_arena_array(a, d->cell_count, sizeof *to);

    if (!at || !to)
        return q_err_nomem(err);
    for (size_t i = 0; i < *count; i++) {
        at[i] = kept;
        if (keep[i]) {
            lines[kept++] = lines[i];
            last = i;
        }
    }
    at[*count] = kept;
    if (kept)
        lines[kept] = lines[last + 1];
    *count = kept;
    for (size_t i = 0; i < d->cell_count; i++) {
        table__cell c = d->cells[i];
        size_t *first = rows ? &c.row : &c.column, *span = rows ? &c.row_span : &c.column_span;

        *span = at[*first + *span] - at[*first];
        *first = at[*first];
        to[i] = *span ? cells : SIZE_MAX;
        if (*span)
            d->cells[cells++] = c;
    }
    d->cell_count = cells;
    for (size_t i = 0; i < d->word_count; i++)
        if (to[d->words[i].cell] != SIZE_MAX)
            d->words[words++] = (table__place){d->words[i].word, to[d->words[i].cell]};
    d->word_count = words;
    return Q_OK;
}

q_code table__draft_tidy(table__draft *d, q_arena *a, q_err *err)
{
    bool *rows = q_arena_array(a, d->rows, sizeof *rows);
    bool *columns = q_arena_array(a, d->columns, sizeof *columns);
    q_code rc;

    if (!rows || !columns)
        return q_err_nomem(err);
    for (size_t i = 0; i < d->word_count; i++) {
        const table__cell *c = &d->cells[d->words[i].cell];

        rows[c->row] = true;
        columns[c->column] = true;
    }
    rc = keep_lines(d, a, true, rows, err);
    return rc ? rc : keep_lines(d, a, false, columns, err);
}

q_code table__rows_out(table__draft *d, q_arena *a, size_t from, size_t to, q_picks *picks,
                       q_err *err)
{
    bool *keep = q_arena_array(a, d->rows, sizeof *keep);
    size_t *words = q_arena_array(a, picks->count + d->word_count, sizeof *words);
    size_t n = 0;

    if (!keep || !words)
        return q_err_nomem(err);
    for (size_t i = 0; i < picks->count; i++)
        words[n++] = picks->items[i];
    for (size_t i = 0; i < d->word_count; i++) {
        const table__cell *c = &d->cells[d->words[i].cell];

        if (c->row >= from && c->row + c->row_span <= to)
            words[n++] = d->words[i].word;
    }
    for (size_t i = 0; i < d->rows; i++)
        keep[i] = i < from || i >= to;
    *picks = (q_picks){words, n};
    return keep_lines(d, a, true, keep, err);
}

/* ---- the table itself ---- */

static q_box box_of(const table__text *t, table__rect r)
{
    double w = t->page->width_pt, h = t->page->height_pt;
    double left = fmin(fmax(r.left / w, 0), 1), top = fmin(fmax(r.top / h, 0), 1);

    return (q_box){left, top, fmax(0, fmin(r.right / w, 1) - left),
                   fmax(0, fmin(r.bottom / h, 1) - top)};
}

/* Blank cells for the places that no cell covers; then the cells in order. *place is for each of
 * the draft's cells its number among all.
 */
static q_code put_cells(const table__text *t, const table__draft *d, q_table *out, size_t *place,
                        q_err *err)
{
    size_t total = d->rows * d->columns, n = 0;
    size_t *owner = q_arena_array(t->arena, total, sizeof *owner);

    if (!owner)
        return q_err_nomem(err);
    for (size_t i = 0; i < d->cell_count; i++) {
        const table__cell *c = &d->cells[i];

        for (size_t r = c->row; r < c->row + c->row_span; r++)
            for (size_t k = c->column; k < c->column + c->column_span; k++)
                owner[r * d->columns + k] = i + 1;
    }
    out->cells = q_arena_array(t->arena, total, sizeof *out->cells);
    if (!out->cells)
        return q_err_nomem(err);
    for (size_t at = 0; at < total; at++) {
        size_t row = at / d->columns, column = at % d->columns;
        table__cell c = {row, column, 1, 1, false, false, false};

        if (owner[at]) {
            c = d->cells[owner[at] - 1];
            if (c.row != row || c.column != column)
                continue;
            place[owner[at] - 1] = n;
        }
        out->cells[n++] = (q_cell){
            .row = row,
            .column = column,
            .row_span = c.row_span,
            .column_span = c.column_span,
            .box = box_of(t, (table__rect){d->x[column], d->y[row], d->x[column + c.column_span],
                                           d->y[row + c.row_span]}),
            .heading = c.heading,
            .section = c.section,
            .summary = c.summary,
            .confidence = d->confidence};
    }
    out->cell_count = n;
    return Q_OK;
}

/* The draft's words stand in reading order: see table__draft_finish. */
static q_code put_words(const table__text *t, const table__draft *d, const size_t *place,
                        q_table *out, q_err *err)
{
    size_t *items = q_arena_array(t->arena, d->word_count, sizeof *items), next = 0;

    if (!items)
        return q_err_nomem(err);
    for (size_t i = 0; i < d->word_count; i++)
        out->cells[place[d->words[i].cell]].words.count++;
    for (size_t i = 0; i < out->cell_count; i++) {
        out->cells[i].words.items = items + next;
        next += out->cells[i].words.count;
        out->cells[i].words.count = 0;
    }
    for (size_t i = 0; i < d->word_count; i++) {
        q_picks *p = &out->cells[place[d->words[i].cell]].words;

        p->items[p->count++] = d->words[i].word;
    }
    return Q_OK;
}

static bool holds(q_box box, double x, double y)
{
    return x >= box.left && x < q_box_right(box) && y >= box.top && y < q_box_bottom(box);
}

/* Boxes to tick whose middle lies in a cell. */
static q_code put_ticks(const table__text *t, q_table *out, q_err *err)
{
    const q_marks *m = &t->page->marks;

    for (size_t i = 0; i < m->tick_count; i++) {
        double x = m->ticks[i].box.left + m->ticks[i].box.width / 2;
        double y = m->ticks[i].box.top + m->ticks[i].box.height / 2;

        if (!holds(out->box, x, y))
            continue;
        for (size_t c = 0; c < out->cell_count; c++) {
            q_picks *p = &out->cells[c].ticks;
            size_t *items;

            if (!holds(out->cells[c].box, x, y))
                continue;
            items = q_arena_array(t->arena, p->count + 1, sizeof *items);
            if (!items)
                return q_err_nomem(err);
            for (size_t k = 0; k < p->count; k++)
                items[k] = p->items[k];
            items[p->count++] = i;
            p->items = items;
            break;
        }
    }
    return Q_OK;
}

q_code table__draft_finish(const table__text *t, const table__draft *d, q_table *out, q_err *err)
{
    size_t *place = q_arena_array(t->arena, d->cell_count, sizeof *place);
    q_code rc;

    *out = (q_table){.box = box_of(t, d->box),
                     .rows = d->rows,
                     .columns = d->columns,
                     .title = d->title,
                     .footer = d->footer,
                     .structured = d->structured,
                     .confidence = d->confidence};
    if (!place)
        return q_err_nomem(err);
    rc = put_cells(t, d, out, place, err);
    if (!rc)
        rc = put_words(t, d, place, out, err);
    return rc ? rc : put_ticks(t, out, err);
}
