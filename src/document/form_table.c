/* Tables of numbers that the page's lines or columns make (table.h), as heads and values. */
#include "document/form_grid.h"

#include "document/table.h"

typedef struct work {
    const form_sheet *s;
    const q_table *t;
    int *piece_of; /* of each word of the page */
    int *next;
    bool *used;  /* pieces */
    int *firsts; /* of each cell: its first piece, FORM_NONE: not of whole pieces */
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

static int chain(work *w, const q_cell *c)
{
    int first = FORM_NONE, last = FORM_NONE;

    if (!is_whole(w, c))
        return FORM_NONE;
    for (size_t i = 0; i < c->words.count; i++) {
        int piece = w->piece_of[c->words.items[i]];

        if (piece == FORM_NONE || w->used[piece])
            continue;
        w->used[piece] = true;
        if (last == FORM_NONE)
            first = piece;
        else
            w->next[last] = piece;
        last = piece;
    }
    return first;
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
    for (size_t i = 0; i < w->t->cell_count; i++)
        w->firsts[i] = chain(w, &w->t->cells[i]);
    for (size_t i = 0; i < w->t->cell_count; i++) {
        const q_cell *c = &w->t->cells[i];
        size_t h;

        if (c->heading || c->section || w->firsts[i] == FORM_NONE)
            continue;
        h = heading_of(w->t, c);
        if (h != SIZE_MAX && w->firsts[h] != FORM_NONE)
            out->cells[out->count++] = (form_cell){w->firsts[h], w->firsts[i]};
    }
}

q_code form__tables_find(const form_sheet *s, int *next, form_grid *out, q_err *err)
{
    work w = {.s = s,
              .next = next,
              .piece_of = pieces_of_words(s),
              .used = q_arena_array(s->arena, s->count + 1, sizeof *w.used)};
    q_tables tables;
    q_code rc = q_tables_read(s->page, s->arena, &tables, err);

    *out = (form_grid){q_arena_array(s->arena, s->count + 1, sizeof *out->cells), 0};
    if (rc)
        return rc;
    if (!w.piece_of || !w.used || !out->cells)
        return q_err_nomem(err);
    for (size_t i = 0; i < tables.count; i++) {
        w.t = &tables.items[i];
        w.firsts = q_arena_array(s->arena, w.t->cell_count + 1, sizeof *w.firsts);
        if (!w.firsts)
            return q_err_nomem(err);
        if (w.t->structured && is_of_numbers(&w))
            put(&w, out);
    }
    return Q_OK;
}
