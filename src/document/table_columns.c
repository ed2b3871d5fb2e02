#include "document/table_sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BINS = 2048, /* a region's width is looked at in that many places */
    MOST_COLUMNS = 120
};

static const double least_gap = 0.22; /* em, between columns */
static const double tolerated = 0.05; /* of the rows may cross a gap */

typedef struct cover { /* how many strips have text at a place */
    size_t at[BINS];
    double left, step;
} cover;

static size_t bin_of(const cover *c, double x)
{
    double bin = (x - c->left) / c->step;

    return bin <= 0 ? 0 : bin >= BINS - 1 ? BINS - 1 : (size_t)bin;
}

static q_code put_strips(const table__text *t, const table__region *r, table__sheet *s, q_err *err)
{
    size_t next = 0; /* run that was not looked at */

    s->strips = q_arena_array(t->arena, r->part_count, sizeof *s->strips);
    if (!s->strips)
        return q_err_nomem(err);
    for (size_t i = 0; i < r->part_count; i++) {
        const table__part *p = &r->parts[i];
        table__strip *strip = &s->strips[s->strip_count];
        size_t end = p->first_run + p->run_count;

        *strip = (table__strip){.box = p->box, .first = s->piece_count};
        /* Parts of one row that were joined may hold what another part has too. */
        for (size_t j = p->first_run > next ? p->first_run : next; j < end; j++) {
            const table__run *run = &t->runs[j];

            if (t->taken[t->order[run->first]])
                continue;
            if (q_arena_grow(t->arena, &s->pieces, &s->piece_cap, s->piece_count + 1,
                             sizeof *s->pieces))
                return q_err_nomem(err);
            s->pieces[s->piece_count++] =
                (table__piece){run->box, run->first, run->count, 0, 0, s->strip_count, run->number};
        }
        next = end > next ? end : next;
        strip->count = s->piece_count - strip->first;
        if (strip->count == 0)
            continue;
        if (s->strip_count > 0)
            strip->ruled = !isnan(
                table__line_between(t, s->box, (strip[-1].box.top + strip[-1].box.bottom) / 2,
                                    (strip->box.top + strip->box.bottom) / 2));
        s->strip_count++;
    }
    return Q_OK;
}

static int by_count(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return (x < y) - (x > y);
}

/* How many pieces a full strip has: at least a fifth of the strips have as many, and at least
 * three if there are. *out is a count of pieces.
 */
static q_code full_count(const table__sheet *s, size_t *out, q_err *err)
{
    size_t *counts = q_arena_array(s->t->arena, s->strip_count, sizeof *counts), n = 0, at;

    if (!counts)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->strip_count; i++)
        if (s->strips[i].count > 1)
            counts[n++] = s->strips[i].count;
    qsort(counts, n, sizeof *counts, by_count);
    at = n / 5 > 2 ? n / 5 : 2;
    *out = n == 0 ? 0 : counts[at < n ? at : n - 1];
    return Q_OK;
}

/* Of the strips that are nearly full: others hold what spans columns. */
static size_t put_cover(const table__sheet *s, size_t full, cover *c)
{
    size_t rows = 0;

    for (size_t i = 0; i < s->strip_count; i++) {
        const table__strip *strip = &s->strips[i];

        if (strip->count < 2 || strip->count * 4 < full * 3)
            continue;
        rows++;
        for (size_t j = strip->first; j < strip->first + strip->count; j++)
            for (size_t b = bin_of(c, s->pieces[j].box.left);
                 b <= bin_of(c, s->pieces[j].box.right); b++)
                c->at[b]++;
    }
    return rows;
}

/* What is between the gaps. */
static void put_columns(const cover *c, size_t rows, double em, table__sheet *s)
{
    size_t most = (size_t)(tolerated * (double)rows), gap = 0, start = 0;
    bool in = false;

    s->column_count = 0;
    for (size_t b = 0; b <= BINS; b++) {
        bool text = b < BINS && c->at[b] > most;

        if (text && !in) {
            if (s->column_count && (double)(b - gap) * c->step < least_gap * em)
                start = bin_of(c, s->columns[--s->column_count].left);
            else
                start = b;
            in = true;
        } else if (!text && in) {
            in = false;
            gap = b;
            if (s->column_count < MOST_COLUMNS)
                s->columns[s->column_count++] = (table__column){
                    c->left + (double)start * c->step, c->left + (double)b * c->step, false};
        }
    }
}

static double shared(const table__piece *p, const table__column *c)
{
    return table__overlap(p->box.left, p->box.right, c->left, c->right);
}

static size_t nearest_column(const table__sheet *s, double x)
{
    size_t best = 0;
    double least = INFINITY;

    for (size_t i = 0; i < s->column_count; i++) {
        double d = fmax(0, fmax(s->columns[i].left - x, x - s->columns[i].right));

        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

static void place(const table__sheet *s, table__piece *p)
{
    double least = fmin(0.35 * s->t->em, 0.3 * (p->box.right - p->box.left));
    bool found = false;

    for (size_t i = 0; i < s->column_count; i++) {
        if (shared(p, &s->columns[i]) <=
            fmin(least, 0.5 * (s->columns[i].right - s->columns[i].left)))
            continue;
        p->from = found ? p->from : i;
        p->to = i;
        found = true;
    }
    if (!found)
        p->from = p->to = nearest_column(s, (p->box.left + p->box.right) / 2);
}

static double between(const table__sheet *s, size_t column)
{
    return (s->columns[column].right + s->columns[column + 1].left) / 2;
}

/* ---- pieces over several columns ---- */

/* Does it stand as what else is in the column: by its left, its right or its middle? */
static bool is_aligned(const table__sheet *s, table__rect b, size_t column)
{
    const table__column *c = &s->columns[column];
    double near = 0.5 * s->t->em;

    return fabs(b.left - c->left) < near || fabs(b.right - c->right) < near ||
           fabs(b.left + b.right - c->left - c->right) < 2 * near;
}

/* Is a line drawn under it that ends with it: what it stands over? */
static bool is_underlined(const table__sheet *s, const table__piece *p)
{
    const table__lines *l = &s->t->lines;
    double em = s->t->em;

    for (size_t i = 0; i < l->across_count; i++) {
        const table__line *line = &l->across[i];

        if (line->at >= p->box.bottom - 0.4 * em && line->at <= p->box.bottom + 0.9 * em &&
            line->from <= p->box.left + 0.5 * em && line->to >= p->box.right - 0.5 * em &&
            line->to - line->from < 0.9 * (s->box.right - s->box.left))
            return true;
    }
    return false;
}

/* Where the piece's words fall into its columns: the words' count in each from p->from on. */
static bool cuts(const table__sheet *s, const table__piece *p, size_t *counts)
{
    const table__text *t = s->t;
    size_t column = p->from;
    table__rect piece = {0};

    memset(counts, 0, (p->to - p->from + 1) * sizeof *counts);
    for (size_t i = p->first; i < p->first + p->count; i++) {
        table__rect b = t->boxes[t->order[i]];

        while (column < p->to && (b.left + b.right) / 2 > between(s, column)) {
            if (counts[column - p->from] == 0 || (!p->number && !is_aligned(s, piece, column)))
                return false;
            column++;
        }
        /* A word over the gap holds both sides together. */
        if (column < p->to && b.right > s->columns[column + 1].left + 0.2 * t->em)
            return false;
        piece = counts[column - p->from] ? table__join(piece, b) : b;
        counts[column - p->from]++;
    }
    return column == p->to && (p->number || is_aligned(s, piece, column));
}

static q_code cut_pieces(table__sheet *s, q_err *err)
{
    const table__text *t = s->t;
    table__piece *old = s->pieces;
    size_t counts[MOST_COLUMNS], cap = 0;

    s->pieces = NULL;
    s->piece_count = 0;
    for (size_t i = 0; i < s->strip_count; i++) {
        size_t first = s->strips[i].first, count = s->strips[i].count;

        s->strips[i].first = s->piece_count;
        for (size_t j = first; j < first + count; j++) {
            table__piece p = old[j];
            bool cut = p.to > p.from && p.count > 1 && (count > 1 || p.number) &&
                       cuts(s, &p, counts) && !is_underlined(s, &p);
            size_t from = p.from, end = cut ? p.to : p.from, next = p.first;

            for (size_t k = from; k <= end; k++) {
                if (cut) {
                    p.first = next;
                    p.count = counts[k - from];
                    p.from = p.to = k;
                    p.box = t->boxes[t->order[next]];
                    p.number = true;
                    for (; next < p.first + p.count; next++) {
                        p.box = table__join(p.box, t->boxes[t->order[next]]);
                        p.number &= table__is_number(t->page->words[t->order[next]].text);
                    }
                }
                if (q_arena_grow(t->arena, &s->pieces, &cap, s->piece_count + 1, sizeof *s->pieces))
                    return q_err_nomem(err);
                s->pieces[s->piece_count++] = p;
            }
        }
        s->strips[i].count = s->piece_count - s->strips[i].first;
    }
    s->piece_cap = cap;
    return Q_OK;
}

/* ---- columns that are none of their own ---- */

/* How many strips have text in both. */
static size_t together(const table__sheet *s, size_t a, size_t b)
{
    size_t n = 0;

    for (size_t i = 0; i < s->strip_count; i++) {
        bool in_a = false, in_b = false;

        for (size_t j = s->strips[i].first; j < s->strips[i].first + s->strips[i].count; j++) {
            const table__piece *p = &s->pieces[j];

            in_a |= p->from <= a && a <= p->to;
            in_b |= p->from <= b && b <= p->to;
        }
        n += in_a && in_b;
    }
    return n;
}

/* Nothing but signs of currency and the like, which belong to the number beside them. */
static bool is_signs(const table__sheet *s, size_t column)
{
    size_t n = 0;

    for (size_t i = 0; i < s->piece_count; i++) {
        const table__piece *p = &s->pieces[i];

        if (p->from != column || p->to != column)
            continue;
        for (size_t j = p->first; j < p->first + p->count; j++) {
            q_str word = s->t->page->words[s->t->order[j]].text;

            if (!q_str_is(word, "$") && !q_str_is(word, "€") && !q_str_is(word, "£") &&
                !q_str_is(word, "US$"))
                return false;
            n++;
        }
    }
    return n > 0;
}

static void join_columns(table__sheet *s, size_t a)
{
    s->columns[a].right = s->columns[a + 1].right;
    memmove(&s->columns[a + 1], &s->columns[a + 2], (s->column_count - a - 2) * sizeof *s->columns);
    s->column_count--;
    for (size_t i = 0; i < s->piece_count; i++) {
        s->pieces[i].from -= s->pieces[i].from > a;
        s->pieces[i].to -= s->pieces[i].to > a;
    }
}

static void join_false_columns(table__sheet *s)
{
    for (size_t a = 0; a + 1 < s->column_count;)
        if (together(s, a, a + 1) == 0 || is_signs(s, a))
            join_columns(s, a);
        else
            a++;
}

q_code table__columns(const table__text *t, const table__region *r, table__sheet *out, q_err *err)
{
    table__sheet s = {.t = t, .box = r->box};
    cover *c = q_arena_alloc(t->arena, sizeof *c);
    size_t rows, full = 0;
    q_code rc;

    s.columns = q_arena_array(t->arena, MOST_COLUMNS, sizeof *s.columns);
    if (!c || !s.columns)
        return q_err_nomem(err);
    rc = put_strips(t, r, &s, err);
    if (rc)
        return rc;
    c->left = s.box.left;
    c->step = fmax((s.box.right - s.box.left) / BINS, 1e-6);
    rc = full_count(&s, &full, err);
    if (rc)
        return rc;
    rows = put_cover(&s, full, c);
    put_columns(c, rows, t->em, &s);
    for (size_t i = 0; i < s.piece_count; i++)
        place(&s, &s.pieces[i]);
    if (s.column_count > 1)
        rc = cut_pieces(&s, err);
    if (rc)
        return rc;
    join_false_columns(&s);
    *out = s;
    return Q_OK;
}
