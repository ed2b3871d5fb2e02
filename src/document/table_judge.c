/* Is it a table? Lists, forms, letterheads and running text stand in rows and columns too. What
 * tells: edges that line up, numbers, how much of the grid is filled, lines drawn across.
 */
#include "document/table_sheet.h"

#include <math.h>
#include <stdlib.h>

static int by_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Of places, the most that lie within `near` of each other. */
static size_t most_together(double *at, size_t count, double near)
{
    size_t best = 0;

    qsort(at, count, sizeof *at, by_double);
    for (size_t i = 0, j = 0; i < count; i++) {
        while (at[i] - at[j] > near)
            j++;
        best = i - j + 1 > best ? i - j + 1 : best;
    }
    return best;
}

/* How many of a column's pieces line up, by the edge that most do. */
static size_t aligned_in(const table__sheet *s, size_t column, double *at, size_t *all)
{
    size_t best = 0, n = 0;

    for (int edge = 0; edge < 3; edge++) {
        size_t together;

        n = 0;
        for (size_t i = s->strips[s->body].first; i < s->piece_count; i++) {
            const table__piece *p = &s->pieces[i];

            if (p->from == column && p->to == column)
                at[n++] = edge == 0   ? p->box.left
                          : edge == 1 ? p->box.right
                                      : (p->box.left + p->box.right) / 2;
        }
        together = most_together(at, n, 0.6 * s->t->em);
        best = together > best ? together : best;
    }
    *all = n;
    return best;
}

static double filled(const table__sheet *s, const table__draft *d)
{
    size_t covered = 0;

    for (size_t i = 0; i < d->cell_count; i++)
        covered +=
            d->cells[i].section ? s->column_count : d->cells[i].row_span * d->cells[i].column_span;
    return (double)covered / (double)(d->rows * d->columns);
}

/* Lines across that the table begins with, ends with or has between. */
static size_t lines_across(const table__sheet *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->strip_count; i++)
        n += s->strips[i].ruled;
    n += !isnan(table__line_between(s->t, s->box, s->box.top - 1.2 * s->t->em,
                                    s->box.top + 0.3 * s->t->em));
    n += !isnan(table__line_between(s->t, s->box, s->box.bottom - 0.3 * s->t->em,
                                    s->box.bottom + 1.2 * s->t->em));
    return n;
}

q_code table__weigh(const table__sheet *s, const table__draft *d, table__evidence *out, q_err *err)
{
    double *at = q_arena_array(s->t->arena, s->piece_count, sizeof *at);
    size_t aligned = 0, pieces = 0, numbers = 0, colons = 0, words = 0, first = 0;

    if (!at)
        return q_err_nomem(err);
    *out = (table__evidence){.columns = d->columns, .rows = d->rows};
    for (size_t i = s->body; i < s->strip_count; i++)
        out->multi += s->strips[i].count > 1;
    for (size_t c = 0; c < s->column_count; c++) {
        size_t all;

        aligned += aligned_in(s, c, at, &all);
        pieces += all;
    }
    for (size_t i = s->strips[s->body].first; i < s->piece_count; i++) {
        const table__piece *p = &s->pieces[i];
        q_str last = s->t->page->words[s->t->order[p->first + p->count - 1]].text;

        numbers += p->number;
        words += p->count;
        first += p->from == 0;
        colons += p->from == 0 && last.p[last.n - 1] == ':';
    }
    out->aligned = pieces ? (double)aligned / (double)pieces : 0;
    out->numbers = pieces ? (double)numbers / (double)pieces : 0;
    out->words = pieces ? (double)words / (double)pieces : 0;
    out->labels = first ? (double)colons / (double)first : 0;
    out->filled = filled(s, d);
    out->lines = lines_across(s);
    return Q_OK;
}

bool table__is_table(const table__evidence *e)
{
    bool few = e->columns == 2;

    if (e->columns < 2 || e->rows < 2 || e->multi < 2 || e->aligned < (e->multi >= 6 ? 0.8 : 0.86))
        return false;
    if (e->filled < (e->lines >= 2 ? 0.55 : 0.7))
        return false;
    if (few && e->labels >= 0.3)
        return false;
    if (e->lines >= 2)
        return true;
    /* Without lines, many rows must line up, or columns be of numbers. */
    if (e->numbers >= 0.3)
        return e->multi >= (few ? 4 : e->columns == 3 ? 3 : 2);
    return e->multi >= 5 && !few && e->aligned >= 0.9 && e->filled >= 0.8 && e->words < 4;
}

float table__sureness(const table__evidence *e)
{
    double rows = e->multi < 10 ? (double)e->multi / 10 : 1;
    double lines = e->lines < 3 ? (double)e->lines / 3 : 1;

    return (float)(100 * (0.3 + 0.25 * e->aligned + 0.15 * e->filled + 0.15 * lines + 0.15 * rows));
}
