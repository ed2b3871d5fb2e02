#include "document/form_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HEADS = 16, MAX_DEPTH = 60, MAX_TABLES = 400 };

typedef struct table {
    int heads[MAX_HEADS];
    size_t width;
    double score;
} table;

typedef struct search {
    const form_sheet *s;
    bool *taken; /* pieces of a table */
    int *next;
    table *tables;
    size_t count;
} search;

static bool may_head(const form_sheet *s, const form_piece *p)
{
    const form_piece *before = p->left == FORM_NONE ? NULL : &s->pieces[p->left];

    if (p->colon || p->number || p->prose || p->count > 6 || p->label < 0.15F)
        return false;
    if (p->blank_behind && p->right != FORM_NONE && s->pieces[p->right].underlined)
        return false;
    if (!before || p->x0 - before->x1 > 12 * s->em)
        return true;
    return !before->colon;
}

static bool in_a_row(const form_piece *a, const form_piece *b)
{
    return form__overlap(a->y0, a->y1, b->y0, b->y1) > 0.5;
}

static bool aligned(const form_piece *head, const form_piece *cell, double em)
{
    return form__overlap(head->x0, head->x1, cell->x0, cell->x1) > 0.3 ||
           fabs(head->x0 - cell->x0) < em;
}

/* The second line of a head: "DOSAGE / (mg per kg)", or "Cost Per / Interview" over numbers. */
static int head_line(const form_sheet *s, int head)
{
    const form_piece *h = &s->pieces[head], *o, *under;

    if (h->below == FORM_NONE)
        return FORM_NONE;
    o = &s->pieces[h->below];
    if (o->number || o->colon || o->bare || o->above != head || o->y0 - h->y1 > 0.9 * s->em)
        return FORM_NONE;
    if (form__word(s, o->first).p[0] == '(')
        return h->below;
    under = o->below == FORM_NONE ? NULL : &s->pieces[o->below];
    return under && under->number && under->y0 - o->y1 > o->y0 - h->y1 &&
                   under->y0 - o->y1 < 4 * s->em
               ? h->below
               : FORM_NONE;
}

/* The next cell of a column; FORM_NONE at its end. Signs alone, as a % under a head, are no cell.
 * Columns of numbers may have empty rows.
 */
static int cell_under(const form_sheet *s, int head, int at)
{
    const form_piece *v = &s->pieces[at], *o;
    int line = head_line(s, head), next = v->below;
    double reach = at == head ? 4 : v->number ? 14 : 4;

    if (at == head && line != FORM_NONE) {
        v = &s->pieces[line];
        next = v->below;
    }
    if (next != FORM_NONE && s->pieces[next].bare)
        next = s->pieces[next].below;
    if (next == FORM_NONE)
        return FORM_NONE;
    o = &s->pieces[next];
    if (!o->number)
        reach = 4;
    if (o->bare || o->colon || o->prose || o->label > 0.75F || o->y0 - v->y1 > reach * s->em)
        return FORM_NONE;
    if (aligned(&s->pieces[head], o, s->em) ||
        (line != FORM_NONE && aligned(&s->pieces[line], o, s->em)))
        return next;
    return FORM_NONE;
}

/* The cells of each column, from the top. */
typedef struct columns {
    int cells[MAX_HEADS][MAX_DEPTH];
    size_t depth[MAX_HEADS];
} columns;

static void columns_read(const form_sheet *s, const table *t, columns *c)
{
    for (size_t i = 0; i < t->width; i++) {
        int at = cell_under(s, t->heads[i], t->heads[i]);

        for (c->depth[i] = 0; c->depth[i] < MAX_DEPTH && at != FORM_NONE; c->depth[i]++) {
            c->cells[i][c->depth[i]] = at;
            at = cell_under(s, t->heads[i], at);
        }
    }
}

/* Which cells of column i have one beside them in another column. */
static void beside_find(const form_sheet *s, const table *t, const columns *c, size_t i,
                        bool beside[MAX_DEPTH])
{
    memset(beside, 0, MAX_DEPTH * sizeof *beside);
    for (size_t j = 0; j < t->width; j++) {
        size_t k = 0;

        for (size_t d = 0; j != i && d < c->depth[i]; d++) {
            const form_piece *p = &s->pieces[c->cells[i][d]];

            while (k < c->depth[j] && s->pieces[c->cells[j][k]].y1 < p->y0)
                k++;
            if (k < c->depth[j] && in_a_row(&s->pieces[c->cells[j][k]], p))
                beside[d] = true;
        }
    }
}

/* A column ends where a cell stands alone in its row, in a wide table or behind a key. How many
 * cells of it are in rows. */
static size_t column_end(const form_sheet *s, const table *t, columns *c, size_t i)
{
    bool beside[MAX_DEPTH];
    size_t n = 0;

    beside_find(s, t, c, i, beside);
    for (size_t d = 0; d < c->depth[i]; d++) {
        int left = s->pieces[c->cells[i][d]].left;

        if (!beside[d] && left != FORM_NONE && s->pieces[left].colon)
            c->depth[i] = d;
        else
            n += beside[d];
    }
    return n;
}

/* Better the more cells stand in rows, and the more they differ from their heads. */
static void table_weigh(const form_sheet *s, table *t)
{
    size_t cells = 0, rowed = 0, numbers = 0, filled = 0;
    double head = 0, body = 0;
    columns c;

    columns_read(s, t, &c);
    for (size_t i = 0; i < t->width; i++) {
        rowed += column_end(s, t, &c, i);
        head += (double)s->pieces[t->heads[i]].label;
        for (size_t d = 0; d < c.depth[i]; d++) {
            numbers += s->pieces[c.cells[i][d]].number;
            body += (double)s->pieces[c.cells[i][d]].label;
        }
        cells += c.depth[i];
        filled += c.depth[i] > 0;
    }
    t->score = 0;
    if (filled < 2 || filled * 2 < t->width || rowed * 3 < cells * 2)
        return;
    if (rowed < 4 && !(t->width >= 3 && numbers * 2 >= cells))
        return;
    if (numbers * 2 < cells)
        return; /* columns of text are mostly keys among each other */
    head /= (double)t->width;
    body /= (double)cells;
    if (head < fmax(0.4, body + 0.1))
        return;
    t->score = (double)rowed * (1 + head - body) + 0.5 * (double)numbers;
}

/* A column alone is one only where it is of numbers, each behind the name of its row. */
static void column_weigh(const form_sheet *s, table *t)
{
    columns c;

    t->score = 0;
    columns_read(s, t, &c);
    (void)column_end(s, t, &c, 0);
    for (size_t d = 0; d < c.depth[0]; d++) {
        const form_piece *p = &s->pieces[c.cells[0][d]];

        if (!p->number || p->left == FORM_NONE || s->pieces[p->left].colon)
            return;
    }
    if (c.depth[0] >= 4 && s->pieces[t->heads[0]].label >= 0.25F)
        t->score = 0.5 * (double)c.depth[0];
}

static void table_try(search *w, size_t first)
{
    const form_sheet *s = w->s;
    table t = {.width = 0};
    int at = (int)first;

    while (at != FORM_NONE && t.width < MAX_HEADS && may_head(s, &s->pieces[at])) {
        t.heads[t.width++] = at;
        at = s->pieces[at].right;
    }
    if (!t.width)
        return;
    if (t.width > 1)
        table_weigh(s, &t);
    if (t.score == 0) {
        t.width = 1;
        column_weigh(s, &t);
    }
    if (t.score > 0 && w->count < MAX_TABLES)
        w->tables[w->count++] = t;
}

static int by_score(const void *a, const void *b)
{
    const table *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->heads[0] > y->heads[0]) - (x->heads[0] < y->heads[0]);
}

static bool is_free(const search *w, const table *t)
{
    for (size_t i = 0; i < t->width; i++)
        if (w->taken[t->heads[i]])
            return false;
    return true;
}

/* "25-34": such rows have names, though of digits. */
static bool is_range(const form_sheet *s, const form_piece *p)
{
    q_str w = form__word(s, p->first);
    size_t dash = 0;

    while (dash < w.n && q_is_digit(w.p[dash]))
        dash++;
    return dash > 0 && dash < w.n && w.p[dash] == '-' && p->count <= 2;
}

/* What stands before a row, outside of all columns, names the row. */
static int row_head(const search *w, const table *t, int cell)
{
    const form_piece *first = &w->s->pieces[t->heads[0]];
    int at = w->s->pieces[cell].left;

    for (size_t n = 0; n < MAX_HEADS && at != FORM_NONE; n++) {
        const form_piece *p = &w->s->pieces[at];

        if (p->x1 < first->x0 - 0.5 * w->s->em)
            return (p->number && !is_range(w->s, p)) || w->s->pieces[cell].label > 0.6F ? FORM_NONE
                                                                                        : at;
        at = p->left;
    }
    return FORM_NONE;
}

/* With its second line. */
static void head_take(search *w, int head)
{
    int line = head_line(w->s, head);

    w->taken[head] = true;
    if (line == FORM_NONE || w->taken[line] || w->next[head] != FORM_NONE ||
        w->next[line] != FORM_NONE)
        return;
    w->taken[line] = true;
    w->next[head] = line;
}

static void table_put(search *w, const table *t, form_grid *out)
{
    const form_sheet *s = w->s;
    columns c;

    for (size_t i = 0; i < t->width; i++)
        head_take(w, t->heads[i]);
    columns_read(s, t, &c);
    for (size_t i = 0; i < t->width; i++)
        (void)column_end(s, t, &c, i);
    for (size_t i = 0; i < t->width; i++) {
        for (size_t n = 0; n < c.depth[i]; n++) {
            int at = c.cells[i][n], row = row_head(w, t, at);

            if (w->taken[at])
                break;

            out->cells[out->count++] = (form_cell){t->heads[i], at};
            if (row != FORM_NONE && !w->taken[row])
                out->cells[out->count++] = (form_cell){row, at};
            w->taken[at] = true;
        }
    }
}

q_code form__grid_find(const form_sheet *s, int *next, form_grid *out, q_err *err)
{
    search w = {.s = s,
                .next = next,
                .taken = q_arena_array(s->arena, s->count + 1, sizeof *w.taken),
                .tables = q_arena_array(s->arena, MAX_TABLES, sizeof *w.tables)};

    *out = (form_grid){q_arena_array(s->arena, 2 * s->count + 1, sizeof *out->cells), 0};
    if (!w.taken || !w.tables || !out->cells)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->count; i++)
        table_try(&w, i);
    qsort(w.tables, w.count, sizeof *w.tables, by_score);
    for (size_t i = 0; i < w.count; i++)
        if (is_free(&w, &w.tables[i]))
            table_put(&w, &w.tables[i], out);
    return Q_OK;
}
