#include "document/table_grid.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_ACROSS = 1000, /* lines of one grid */
    MOST_UPRIGHT = 200
};

static const double wall = 0.6; /* of a side: where that much is drawn, it is closed */

typedef struct grid {
    double *x, *y; /* the lines' places */
    size_t columns, rows;
    bool *right; /* [rows][columns]: a wall at the right of the place */
    bool *below;
} grid;

/* ---- which lines meet: sets, by union ---- */

static size_t root_of(size_t *up, size_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

static bool meet(table__line across, table__line upright, double slack)
{
    return upright.at >= across.from - slack && upright.at <= across.to + slack &&
           across.at >= upright.from - slack && across.at <= upright.to + slack;
}

static void join_meeting(const table__lines *l, double slack, size_t *up)
{
    for (size_t i = 0; i < l->across_count + l->upright_count; i++)
        up[i] = i;
    for (size_t i = 0; i < l->across_count; i++)
        for (size_t j = 0; j < l->upright_count; j++)
            if (meet(l->across[i], l->upright[j], slack))
                up[root_of(up, l->across_count + j)] = root_of(up, i);
}

/* ---- one grid ---- */

static int by_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Places nearer than that become one, their mean. */
static size_t cluster(double *at, size_t count, double near)
{
    size_t kept = 0;

    qsort(at, count, sizeof *at, by_double);
    for (size_t i = 0; i < count;) {
        double sum = 0;
        size_t n = 0;

        while (i + n < count && (n == 0 || at[i + n] - at[i + n - 1] <= near))
            sum += at[i + n++];
        at[kept++] = sum / (double)n;
        i += n;
    }
    return kept;
}

typedef struct members { /* the lines of one set */
    const table__line **across, **upright;
    size_t across_count, upright_count;
} members;

/* Where the lines stand; where others reach over the last, the open side counts too. */
static q_code put_places(const members *m, double em, q_arena *a, grid *g, q_err *err)
{
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;

    g->x = q_arena_array(a, m->upright_count + 2, sizeof *g->x);
    g->y = q_arena_array(a, m->across_count + 2, sizeof *g->y);
    if (!g->x || !g->y)
        return q_err_nomem(err);
    for (size_t i = 0; i < m->upright_count; i++) {
        g->x[i] = m->upright[i]->at;
        top = fmin(top, m->upright[i]->from);
        bottom = fmax(bottom, m->upright[i]->to);
    }
    for (size_t i = 0; i < m->across_count; i++) {
        g->y[i] = m->across[i]->at;
        left = fmin(left, m->across[i]->from);
        right = fmax(right, m->across[i]->to);
    }
    g->columns = cluster(g->x, m->upright_count, 0.4 * em);
    g->rows = cluster(g->y, m->across_count, 0.4 * em);
    if (left < g->x[0] - em)
        g->x[g->columns++] = left;
    if (right > g->x[g->columns - (left < g->x[0] - em ? 2 : 1)] + em)
        g->x[g->columns++] = right;
    if (top < g->y[0] - em)
        g->y[g->rows++] = top;
    if (bottom > g->y[g->rows - (top < g->y[0] - em ? 2 : 1)] + em)
        g->y[g->rows++] = bottom;
    qsort(g->x, g->columns, sizeof *g->x, by_double);
    qsort(g->y, g->rows, sizeof *g->y, by_double);
    g->columns--;
    g->rows--;
    return Q_OK;
}

static size_t nearest(const double *at, size_t count, double v)
{
    size_t best = 0;

    for (size_t i = 1; i < count; i++)
        if (fabs(at[i] - v) < fabs(at[best] - v))
            best = i;
    return best;
}

/* How much of a side each line covers adds up. */
static q_code put_walls(const members *m, q_arena *a, grid *g, q_err *err)
{
    size_t places = g->rows * g->columns;
    double *right = q_arena_array(a, places, sizeof *right);
    double *below = q_arena_array(a, places, sizeof *below);

    g->right = q_arena_array(a, places, sizeof *g->right);
    g->below = q_arena_array(a, places, sizeof *g->below);
    if (!right || !below || !g->right || !g->below)
        return q_err_nomem(err);
    for (size_t i = 0; i < m->upright_count; i++) {
        size_t k = nearest(g->x, g->columns + 1, m->upright[i]->at);

        for (size_t r = 0; k > 0 && k < g->columns && r < g->rows; r++)
            right[r * g->columns + k - 1] +=
                table__overlap(m->upright[i]->from, m->upright[i]->to, g->y[r], g->y[r + 1]);
    }
    for (size_t i = 0; i < m->across_count; i++) {
        size_t k = nearest(g->y, g->rows + 1, m->across[i]->at);

        for (size_t c = 0; k > 0 && k < g->rows && c < g->columns; c++)
            below[(k - 1) * g->columns + c] +=
                table__overlap(m->across[i]->from, m->across[i]->to, g->x[c], g->x[c + 1]);
    }
    for (size_t r = 0; r < g->rows; r++)
        for (size_t c = 0; c < g->columns; c++) {
            size_t at = r * g->columns + c;

            g->right[at] = c + 1 == g->columns || right[at] >= wall * (g->y[r + 1] - g->y[r]);
            g->below[at] = r + 1 == g->rows || below[at] >= wall * (g->x[c + 1] - g->x[c]);
        }
    return Q_OK;
}

/* The gap between lines that holds v. */
static size_t gap_of(const double *at, size_t gaps, double v)
{
    size_t low = 0, high = gaps;

    while (low + 1 < high) {
        size_t mid = low + (high - low) / 2;

        if (at[mid] <= v)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* Where a piece of an upright line was not seen, but most of the line was, and words stand clear
 * of each other on both sides: it is there.
 */
static q_code mend_walls(const table__text *t, grid *g, q_err *err)
{
    size_t places = g->rows * g->columns;
    table__rect *text = q_arena_array(t->arena, places, sizeof *text);
    bool *full = q_arena_array(t->arena, places, sizeof *full);

    if (!text || !full)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->order_count; i++) {
        table__rect b = t->boxes[t->order[i]];
        double x = (b.left + b.right) / 2, y = (b.top + b.bottom) / 2;
        size_t at;

        if (x < g->x[0] || x > g->x[g->columns] || y < g->y[0] || y > g->y[g->rows])
            continue;
        at = gap_of(g->y, g->rows, y) * g->columns + gap_of(g->x, g->columns, x);
        text[at] = full[at] ? table__join(text[at], b) : b;
        full[at] = true;
    }
    for (size_t c = 0; c + 1 < g->columns; c++) {
        size_t there = 0;

        for (size_t r = 0; r < g->rows; r++)
            there += g->right[r * g->columns + c];
        for (size_t r = 0; r < g->rows && there * 2 >= g->rows; r++) {
            size_t at = r * g->columns + c;
            double line = g->x[c + 1];

            if (full[at] && full[at + 1] && text[at].right < line && text[at + 1].left > line &&
                text[at + 1].left - text[at].right > 0.9 * t->em)
                g->right[at] = true;
        }
    }
    return Q_OK;
}

/* The places of a grid as cells, each a rectangle: to the right as far as no wall is, then down
 * as far as that whole width is open. *owner: for each place its cell.
 */
static q_code put_cells(const grid *g, table__text *t, table__draft *d, size_t *owner, q_err *err)
{
    for (size_t i = 0; i < g->rows * g->columns; i++)
        owner[i] = SIZE_MAX;
    for (size_t r = 0; r < g->rows; r++)
        for (size_t c = 0; c < g->columns; c++) {
            size_t w = 1, h = 1;
            bool open = true;

            if (owner[r * g->columns + c] != SIZE_MAX)
                continue;
            while (!g->right[r * g->columns + c + w - 1] &&
                   owner[r * g->columns + c + w] == SIZE_MAX)
                w++;
            while (open && r + h < g->rows) {
                for (size_t k = c; k < c + w && open; k++)
                    open = !g->below[(r + h - 1) * g->columns + k] &&
                           owner[(r + h) * g->columns + k] == SIZE_MAX &&
                           (k + 1 == c + w || !g->right[(r + h) * g->columns + k]);
                /* Under a wide cell, what is open at a side belongs to it too: no rectangle. */
                h += open;
            }
            for (size_t y = r; y < r + h; y++)
                for (size_t x = c; x < c + w; x++)
                    owner[y * g->columns + x] = d->cell_count;
            if (table__cell_add(
                    d, t->arena,
                    (table__cell){.row = r, .column = c, .row_span = h, .column_span = w}, err))
                return q_err_nomem(err);
        }
    return Q_OK;
}

static q_code put_words(const grid *g, table__text *t, const size_t *owner, table__draft *d,
                        q_err *err)
{
    q_code rc = Q_OK;

    for (size_t i = 0; i < t->order_count && !rc; i++) {
        table__rect b = t->boxes[t->order[i]];
        double x = (b.left + b.right) / 2, y = (b.top + b.bottom) / 2;

        if (t->taken[t->order[i]] || x < g->x[0] || x > g->x[g->columns] || y < g->y[0] ||
            y > g->y[g->rows])
            continue;
        rc = table__word_add(
            d, t->arena, t->order[i],
            owner[gap_of(g->y, g->rows, y) * g->columns + gap_of(g->x, g->columns, x)], err);
    }
    return rc;
}

/* ---- is it a table ---- */

typedef struct filling {
    size_t cells, rows, columns; /* with words in them */
    double parted; /* of the words: in cells whose rows stand in columns that no line parts */
} filling;

typedef struct seen { /* of one cell, the words so far */
    double middle, right;
    size_t rows, gaps, all_gaps, words, last_gap_row; /* gaps: rows with one */
} seen;

/* Words come row by row, so each cell's do. */
static q_code fill(const table__text *t, const table__draft *d, filling *out, q_err *err)
{
    seen *cells = q_arena_array(t->arena, d->cell_count, sizeof *cells);
    bool *rows = q_arena_array(t->arena, d->rows, sizeof *rows);
    bool *columns = q_arena_array(t->arena, d->columns, sizeof *columns);
    size_t parted = 0;

    if (!cells || !rows || !columns)
        return q_err_nomem(err);
    *out = (filling){0};
    for (size_t i = 0; i < d->word_count; i++) {
        seen *s = &cells[d->words[i].cell];
        table__rect b = t->boxes[d->words[i].word];
        double middle = (b.top + b.bottom) / 2;

        if (s->words == 0 || middle - s->middle > 0.5 * (b.bottom - b.top)) {
            s->rows++;
        } else if (b.left - s->right > 1.2 * (b.bottom - b.top)) {
            s->gaps += s->last_gap_row != s->rows;
            s->last_gap_row = s->rows;
            s->all_gaps++;
        }
        s->middle = middle;
        s->right = b.right;
        s->words++;
    }
    for (size_t i = 0; i < d->cell_count; i++) {
        const table__cell *c = &d->cells[i];

        if (cells[i].words == 0)
            continue;
        out->cells++;
        rows[c->row] = columns[c->column] = true;
        if (cells[i].gaps * 2 >= cells[i].rows &&
            (cells[i].rows >= 3 || cells[i].all_gaps >= 2 * cells[i].rows))
            parted += cells[i].words;
    }
    for (size_t i = 0; i < d->rows; i++)
        out->rows += rows[i];
    for (size_t i = 0; i < d->columns; i++)
        out->columns += columns[i];
    out->parted = d->word_count ? (double)parted / (double)d->word_count : 0;
    return Q_OK;
}

/* Do several columns list one number under the other without lines between the rows? */
static q_code lists_numbers(const table__text *t, const table__draft *d, bool *out, q_err *err)
{
    size_t *numbers = q_arena_array(t->arena, d->cell_count, sizeof *numbers);
    size_t *rows = q_arena_array(t->arena, d->cell_count, sizeof *rows);
    double *middles = q_arena_array(t->arena, d->cell_count, sizeof *middles);
    size_t inside = 0;

    if (!numbers || !rows || !middles)
        return q_err_nomem(err);
    for (size_t i = 0; i < d->word_count; i++) {
        size_t c = d->words[i].cell;
        table__rect b = t->boxes[d->words[i].word];

        if (rows[c] == 0 || b.top > middles[c])
            rows[c]++;
        middles[c] = (b.top + b.bottom) / 2;
        numbers[c] += table__is_number(t->page->words[d->words[i].word].text);
    }
    for (size_t i = 0; i < d->cell_count; i++)
        if (rows[i] >= 3 && numbers[i] >= rows[i] - 1)
            inside += numbers[i];
    *out = inside * 4 >= d->word_count && inside >= 6;
    return Q_OK;
}

/* Does a row of about as many columns stand right under the last line? Then the lines are those
 * of the headings only.
 */
static bool goes_on_below(const table__text *t, const table__draft *d)
{
    double bottom = d->y[d->rows], left = d->x[0], right = d->x[d->columns];

    for (size_t i = 0; i < t->row_count; i++) {
        const table__row *row = &t->rows[i];
        size_t runs = 0;

        if (row->box.top < bottom - 0.3 * t->em || row->box.top > bottom + 1.2 * t->em)
            continue;
        for (size_t j = row->first_run; j < row->first_run + row->run_count; j++)
            runs += t->runs[j].box.left >= left - t->em && t->runs[j].box.right <= right + t->em;
        if (runs >= 2 && runs * 2 >= d->columns)
            return true;
    }
    return false;
}

static q_code judge(const table__text *t, const table__draft *d, bool *is_table, q_err *err)
{
    filling f = {0};
    bool lists = false;
    q_code rc = fill(t, d, &f, err);

    if (!rc)
        rc = lists_numbers(t, d, &lists, err);
    if (rc)
        return rc;
    *is_table = f.rows >= 2 && f.columns >= 2 && f.cells >= 4 && f.parted < 0.3 && !lists &&
                !(f.rows <= 3 && goes_on_below(t, d));
    return Q_OK;
}

static q_code read_grid(table__text *t, const members *m, table__drafts *out, q_err *err)
{
    grid g = {0};
    table__draft d = {.ruled = true, .structured = true, .confidence = 95};
    size_t *owner = NULL;
    bool is_table = false;
    q_code rc = put_places(m, t->em, t->arena, &g, err);

    if (!rc && (g.rows == 0 || g.columns == 0 || g.rows * g.columns < 4))
        return Q_OK;
    if (!rc)
        rc = put_walls(m, t->arena, &g, err);
    if (!rc)
        rc = mend_walls(t, &g, err);
    if (!rc) {
        owner = q_arena_array(t->arena, g.rows * g.columns, sizeof *owner);
        rc = owner ? put_cells(&g, t, &d, owner, err) : q_err_nomem(err);
    }
    if (rc)
        return rc;
    d.x = g.x;
    d.y = g.y;
    d.columns = g.columns;
    d.rows = g.rows;
    rc = put_words(&g, t, owner, &d, err);
    if (!rc)
        rc = judge(t, &d, &is_table, err);
    if (rc || !is_table)
        return rc;
    for (size_t i = 0; i < d.word_count; i++)
        t->taken[d.words[i].word] = true;
    return table__drafts_add(out, t->arena, d, err);
}

q_code table__grids(table__text *t, table__drafts *out, q_err *err)
{
    const table__lines *l = &t->lines;
    size_t count = l->across_count + l->upright_count;
    size_t *up = q_arena_array(t->arena, count, sizeof *up);
    const table__line **picked = q_arena_array(t->arena, count, sizeof *picked);
    q_code rc = Q_OK;

    if (!up || !picked)
        return q_err_nomem(err);
    join_meeting(l, 0.45 * t->em, up);
    for (size_t set = 0; set < count && !rc; set++) {
        members m = {.across = picked};

        if (up[set] != set)
            continue;
        for (size_t i = 0; i < l->across_count; i++)
            if (root_of(up, i) == set)
                picked[m.across_count++] = &l->across[i];
        m.upright = picked + m.across_count;
        for (size_t i = 0; i < l->upright_count; i++)
            if (root_of(up, l->across_count + i) == set)
                m.upright[m.upright_count++] = &l->upright[i];
        if (m.across_count >= 2 && m.upright_count >= 1 && m.across_count <= MOST_ACROSS &&
            m.upright_count <= MOST_UPRIGHT)
            rc = read_grid(t, &m, out, err);
    }
    return rc;
}
