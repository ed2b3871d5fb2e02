/* Tables of numbers that the page's lines or columns make (table.h), as heads and values. */
#include "document/form_grid.h"

#include "document/table.h"

#include <math.h>

/* Pieces under each other in a cell; a cell has several where two columns were taken for one. */
typedef struct part {
    int first, last; /* pieces */
    double x0, x1;
} part;

typedef struct work {
    const form_sheet *s;
    const q_table *t;
    int *piece_of; /* of each word of the page */
    int *next;
    bool *used; /* pieces */
    part *parts;
    size_t part_count;
    size_t *from; /* of each cell: its first part; none where it is not of whole pieces */
} work;

static int *pieces_of_words(const form_sheet *s)
{
    int *of = q_arena_array(s->arena, s->page->word_count + 1, sizeof *of);

    if (!of)
        return NULL;
    for (size_t i = 0; i < s->page->word_count; i++)
        of[i] = FORM_NONE;
    for (size_t i = 0; i < s->count; i++)
        for (size_t k = 0; k < s->pieces[i].count; k++)
            of[s->words[s->pieces[i].first + k]] = (int)i;
    return of;
}

/* The cell's pieces, if they are in no other cell as well. */
static bool is_whole(const work *w, const q_cell *c)
{
    size_t words = 0, of_pieces = 0;
    int last = FORM_NONE;

    for (size_t i = 0; i < c->words.count; i++) {
        int piece = w->piece_of[c->words.items[i]];

        if (piece == FORM_NONE)
            continue;
        words++;
        if (piece == last)
            continue;
        if (w->used[piece])
            return false;
        of_pieces += w->s->pieces[piece].count;
        last = piece;
    }
    return words > 0 && words == of_pieces;
}

/* Two heads, or two numbers, side by side in one cell: the columns were not told apart. */
static bool is_mixed(const work *w, const q_cell *c)
{
    const form_piece *last = NULL;

    for (size_t i = 0; i < c->words.count; i++) {
        int piece = w->piece_of[c->words.items[i]];
        const form_piece *p = piece == FORM_NONE ? NULL : &w->s->pieces[piece];

        if (!p || p == last)
            continue;
        if (last && form__overlap(p->y0, p->y1, last->y0, last->y1) > 0.5 &&
            (c->heading || (p->number && last->number)))
            return true;
        last = p;
    }
    return false;
}

/* The part of a cell, from `from` on, that a piece goes on with: one under the other, or all of it
 * where nothing is mixed.
 */
static part *part_of(work *w, size_t from, const form_piece *p, bool mixed)
{
    for (size_t i = from; i < w->part_count; i++)
        if (!mixed || form__overlap(w->parts[i].x0, w->parts[i].x1, p->x0, p->x1) > 0.1)
            return &w->parts[i];
    return NULL;
}

static void parts_make(work *w, size_t cell)
{
    const q_cell *c = &w->t->cells[cell];
    size_t from = w->part_count;
    bool mixed;

    w->from[cell] = from;
    if (!is_whole(w, c))
        return;
    mixed = is_mixed(w, c);
    for (size_t i = 0; i < c->words.count; i++) {
        int piece = w->piece_of[c->words.items[i]];
        const form_piece *p = piece == FORM_NONE ? NULL : &w->s->pieces[piece];
        part *of;

        if (!p || w->used[piece])
            continue;
        w->used[piece] = true;
        of = part_of(w, from, p, mixed);
        if (!of) {
            w->parts[w->part_count++] = (part){piece, piece, p->x0, p->x1};
            continue;
        }
        w->next[of->last] = piece;
        of->last = piece;
        of->x0 = fmin(of->x0, p->x0);
        of->x1 = fmax(of->x1, p->x1);
    }
}

/* Of a heading's parts, the one next to a value's middle. */
static int head_for(const work *w, size_t heading, const part *value)
{
    double middle = (value->x0 + value->x1) / 2, best = INFINITY;
    int found = FORM_NONE;

    for (size_t i = w->from[heading]; i < w->from[heading + 1]; i++) {
        double d = fabs((w->parts[i].x0 + w->parts[i].x1) / 2 - middle);

        if (d < best) {
            best = d;
            found = w->parts[i].first;
        }
    }
    return found;
}

/* The cell next over this one that is a heading of its column. */
static size_t heading_of(const q_table *t, const q_cell *c)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < t->cell_count; i++) {
        const q_cell *h = &t->cells[i];

        if (h->heading && h->words.count && h->row < c->row && h->column <= c->column &&
            c->column < h->column + h->column_span &&
            (best == SIZE_MAX || h->row > t->cells[best].row))
            best = i;
    }
    return best;
}

static bool is_number(const work *w, const q_cell *c)
{
    int piece = c->words.count ? w->piece_of[c->words.items[0]] : FORM_NONE;

    return piece != FORM_NONE && w->s->pieces[piece].number;
}

/* Heads over columns that are mostly numbers; all else that looks like a table may be a form. */
static bool is_of_numbers(const work *w)
{
    size_t heads = 0, cells = 0, numbers = 0;

    for (size_t i = 0; i < w->t->cell_count; i++) {
        const q_cell *c = &w->t->cells[i];

        heads += c->heading && c->words.count;
        cells += !c->heading && c->words.count;
        numbers += !c->heading && is_number(w, c);
    }
    return w->t->columns >= 3 && heads >= 3 && cells >= 4 && numbers * 2 >= cells;
}

static void put(work *w, form_grid *out)
{
    w->part_count = 0;
    for (size_t i = 0; i < w->t->cell_count; i++)
        parts_make(w, i);
    w->from[w->t->cell_count] = w->part_count;
    for (size_t i = 0; i < w->t->cell_count; i++) {
        const q_cell *c = &w->t->cells[i];
        size_t h = c->heading || c->section ? SIZE_MAX : heading_of(w->t, c);

        for (size_t k = w->from[i]; h != SIZE_MAX && k < w->from[i + 1]; k++) {
            int head = head_for(w, h, &w->parts[k]);

            if (head != FORM_NONE)
                out->cells[out->count++] = (form_cell){head, w->parts[k].first};
        }
    }
}

q_code form__tables_find(const form_sheet *s, int *next, form_grid *out, q_err *err)
{
    work w = {.s = s,
              .next = next,
              .piece_of = pieces_of_words(s),
              .used = q_arena_array(s->arena, s->count + 1, sizeof *w.used),
              .parts = q_arena_array(s->arena, s->count + 1, sizeof *w.parts)};
    q_tables tables;
    q_code rc = q_tables_read(s->page, s->arena, &tables, err);

    *out = (form_grid){q_arena_array(s->arena, s->count + 1, sizeof *out->cells), 0};
    if (rc)
        return rc;
    if (!w.piece_of || !w.used || !w.parts || !out->cells)
        return q_err_nomem(err);
    for (size_t i = 0; i < tables.count; i++) {
        w.t = &tables.items[i];
        w.from = q_arena_array(s->arena, w.t->cell_count + 1, sizeof *w.from);
        if (!w.from)
            return q_err_nomem(err);
        if (w.t->structured && is_of_numbers(&w))
            put(&w, out);
    }
    return Q_OK;
}
