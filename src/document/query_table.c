#include "document/query_find.h"

enum { MAX_CELLS = 4000 };

static q_code words_of(const query_place *p, const q_picks *picks, query_words *out, q_err *err)
{
    q_str text = q_picks_text(p->page, picks, p->arena);

    return text.p ? query__words_add(text, p->arena, out, err) : q_err_nomem(err);
}

/* What names a cell: the headings over it and, into another list, the first cell of its row. */
static q_code names_of(const query_place *p, const q_table *t, const q_cell *cell,
                       query_words *column, query_words *row, q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->cell_count && !rc; i++) {
        const q_cell *c = &t->cells[i];

        if (c->heading && c->column <= cell->column && cell->column < c->column + c->column_span &&
            c->row < cell->row)
            rc = words_of(p, &c->words, column, err);
        else if (!c->heading && c->column == 0 && cell->column > 0 && c->row <= cell->row &&
                 cell->row < c->row + c->row_span)
            rc = words_of(p, &c->words, row, err);
    }
    return rc;
}

static q_code look(const query_place *p, const q_table *t, const q_cell *cell, size_t body,
                   q_err *err)
{
    query_words column = {.count = 0}, row = {.count = 0}, both;
    q_code rc = names_of(p, t, cell, &column, &row, err);
    double extra, met, by_column, by_row;
    q_str text;

    if (rc || !cell->words.count)
        return rc;
    by_column = query__words_meet(&p->asked->words, &column, &extra);
    by_row = query__words_meet(&p->asked->words, &row, &extra);
    both = column;
    for (size_t i = 0; i < row.count && both.count < QUERY_MAX_WORDS; i++)
        both.items[both.count++] = row.items[i];
    met = query__words_meet(&p->asked->words, &both, &extra) * (1 - 0.3 * extra);
    if (by_column == 0 && (by_row == 0 || t->columns > 2))
        return Q_OK;
    if (by_row == 0 && body > 1)
        met *= 0.7; /* which row is not said */
    text = q_picks_text(p->page, &cell->words, p->arena);
    if (!text.p)
        return q_err_nomem(err);
    met *= 0.65 + 0.35 * query__kind_suits(p->asked->kind, text);
    return query__offer(p, &cell->words, met * 0.97, err);
}

q_code query__in_tables(const query_place *p, q_err *err)
{
    size_t seen = 0;

    for (size_t i = 0; i < p->tables->count; i++) {
        const q_table *t = &p->tables->items[i];
        size_t head = 0;

        for (size_t c = 0; c < t->cell_count; c++)
            if (t->cells[c].heading && t->cells[c].row + 1 > head)
                head = t->cells[c].row + 1;
        for (size_t c = 0; c < t->cell_count && seen < MAX_CELLS; c++, seen++) {
            q_code rc = t->cells[c].heading
                            ? Q_OK
                            : look(p, t, &t->cells[c], t->rows > head ? t->rows - head : 0, err);

            if (rc)
                return rc;
        }
    }
    return Q_OK;
}
