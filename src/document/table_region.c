#include "document/table_region.h"

#include <math.h>

enum {
    MOST_OPEN = 16, /* regions beside each other */
    LAST_PARTS = 8, /* that a new row's gaps are compared with */
    YOUNG = 4,      /* rows of a region that may be headings only */
    PENDING = 6,    /* rows of one run between two of several */
    MOST_RUNS = 200 /* of a part */
};

static const double column_gap = 0.9;    /* em */
static const double line_cover = 0.7;    /* of a table's width: a line across it */
static const double label_width = 30;    /* em, of a first column at most */
static const double most_distance = 3.2; /* em, between rows of one table */

typedef struct growing {
    table__region region;
    table__part pending[PENDING];
    size_t pending_count;
    double pitch; /* the widest so far between two rows */
} growing;

typedef struct finder {
    const table__text *t;
    table__regions *out;
    growing open[MOST_OPEN];
    size_t open_count;
    q_err *err;
} finder;

double table__line_between(const table__text *t, table__rect box, double from, double to)
{
    const table__lines *l = &t->lines;
    double cover = 0, last = NAN, width = box.right - box.left;
    size_t low = 0, high = l->across_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (l->across[mid].at < from)
            low = mid + 1;
        else
            high = mid;
    }
    /* Pieces at one height add up. */
    for (size_t i = low; i < l->across_count && l->across[i].at <= to; i++) {
        if (isnan(last) || l->across[i].at - last > 0.3 * t->em)
            cover = 0;
        last = l->across[i].at;
        cover += table__overlap(l->across[i].from, l->across[i].to, box.left, box.right);
        if (cover >= line_cover * width)
            return last;
    }
    return NAN;
}

static q_code part_add(finder *f, table__region *r, table__part part)
{
    if (q_arena_grow(f->t->arena, &r->parts, &r->part_cap, r->part_count + 1, sizeof *r->parts))
        return q_err_nomem(f->err);
    r->box = r->part_count ? table__join(r->box, part.box) : part.box;
    r->parts[r->part_count++] = part;
    r->multi += part.run_count > 1;
    return Q_OK;
}

/* A region is complete. */
static q_code close_region(finder *f, size_t which)
{
    table__region r = f->open[which].region;

    f->open[which] = f->open[--f->open_count];
    if (r.multi < 2)
        return Q_OK;
    if (q_arena_grow(f->t->arena, &f->out->items, &f->out->cap, f->out->count + 1,
                     sizeof *f->out->items))
        return q_err_nomem(f->err);
    f->out->items[f->out->count++] = r;
    return Q_OK;
}

/* Do some gaps of a row lie over gaps of the rows above it? */
static bool fits(const table__text *t, const table__region *r, const table__part *part)
{
    size_t from = r->part_count > LAST_PARTS ? r->part_count - LAST_PARTS : 0, rows = 0, same = 0;

    for (size_t i = from; i < r->part_count; i++) {
        const table__part *p = &r->parts[i];
        bool found = false;

        if (p->run_count < 2)
            continue;
        rows++;
        for (size_t a = p->first_run, b = part->first_run;
             a + 1 < p->first_run + p->run_count && b + 1 < part->first_run + part->run_count &&
             !found;) {
            double a0 = t->runs[a].box.right, a1 = t->runs[a + 1].box.left;
            double b0 = t->runs[b].box.right, b1 = t->runs[b + 1].box.left;

            found = table__overlap(a0, a1, b0, b1) >= 0.4 * t->em;
            if (a1 < b1)
                a++;
            else
                b++;
        }
        same += found;
    }
    return same * 2 >= rows;
}

/* The open region that a part lies under. */
static size_t region_over(const finder *f, const table__part *part)
{
    size_t best = SIZE_MAX;
    double most = 0;

    for (size_t i = 0; i < f->open_count; i++) {
        table__rect b = f->open[i].region.box;
        double shared = table__overlap(b.left, b.right, part->box.left, part->box.right);

        if (shared > most) {
            most = shared;
            best = i;
        }
    }
    return best;
}

/* The open region that a part stands left of, where headings came first. */
static size_t region_right_of(const finder *f, const table__part *part)
{
    for (size_t i = 0; i < f->open_count; i++) {
        const table__region *r = &f->open[i].region;

        if (r->part_count <= 3 && part->box.right <= r->box.left &&
            r->box.left - part->box.left < label_width * f->t->em)
            return i;
    }
    return SIZE_MAX;
}

static double bottom_of(const growing *g)
{
    return g->pending_count ? g->pending[g->pending_count - 1].box.bottom : g->region.box.bottom;
}

static bool is_near(const finder *f, const growing *g, const table__part *part)
{
    double limit = fmax(most_distance * f->t->em, 1.6 * g->pitch);

    return part->box.top - bottom_of(g) <= limit;
}

/* Parts of one row become one. */
static q_code put_in_order(finder *f, table__region *r, table__part part)
{
    size_t at = r->part_count;
    table__part *same;

    while (at > 0 && r->parts[at - 1].row > part.row)
        at--;
    same = at > 0 && r->parts[at - 1].row == part.row ? &r->parts[at - 1] : NULL;
    if (same) {
        size_t end = same->first_run + same->run_count, other = part.first_run + part.run_count;

        r->box = table__join(r->box, part.box);
        same->box = table__join(same->box, part.box);
        same->first_run = same->first_run < part.first_run ? same->first_run : part.first_run;
        same->run_count = (end > other ? end : other) - same->first_run;
        return Q_OK;
    }
    if (part_add(f, r, part))
        return q_err_nomem(f->err);
    for (size_t i = r->part_count - 1; i > at; i--)
        r->parts[i] = r->parts[i - 1];
    r->parts[at] = part;
    return Q_OK;
}

/* Headings that stand at other heights than those beside them began regions of their own: a row
 * under both joins them.
 */
static q_code join_young(finder *f, growing **g, const table__part *part)
{
    q_code rc = Q_OK;

    for (size_t i = f->open_count; i-- > 0 && !rc;) {
        growing *o = &f->open[i];
        table__rect b = o->region.box;

        if (o == *g || o->region.part_count > YOUNG || (*g)->region.part_count > 2 * YOUNG ||
            table__overlap(b.left, b.right, part->box.left, part->box.right) <= 0 ||
            !is_near(f, o, part))
            continue;
        for (size_t j = 0; j < o->region.part_count && !rc; j++)
            rc = put_in_order(f, &(*g)->region, o->region.parts[j]);
        for (size_t j = 0; j < o->pending_count && !rc; j++)
            rc = put_in_order(f, &(*g)->region, o->pending[j]);
        *o = f->open[--f->open_count];
        if (*g == &f->open[f->open_count])
            *g = o;
    }
    return rc;
}

static q_code take_multi(finder *f, const table__part *part)
{
    size_t over = region_over(f, part);
    growing *g = over == SIZE_MAX ? NULL : &f->open[over];
    q_code rc = Q_OK;

    if (g && is_near(f, g, part) && fits(f->t, &g->region, part)) {
        g->pitch = fmax(g->pitch, part->box.top - bottom_of(g));
        for (size_t i = 0; i < g->pending_count && !rc; i++)
            rc = put_in_order(f, &g->region, g->pending[i]);
        g->pending_count = 0;
        if (!rc)
            rc = join_young(f, &g, part);
        return rc ? rc : part_add(f, &g->region, *part);
    }
    if (g)
        rc = close_region(f, over);
    if (rc || f->open_count == MOST_OPEN)
        return rc;
    f->open[f->open_count] = (growing){0};
    return part_add(f, &f->open[f->open_count++].region, *part);
}

static q_code take_single(finder *f, const table__part *part)
{
    size_t over = region_over(f, part);
    growing *g = over == SIZE_MAX ? NULL : &f->open[over];
    const table__run *run = &f->t->runs[part->first_run];
    double width, left;

    if (!g && (over = region_right_of(f, part)) != SIZE_MAX)
        g = &f->open[over];
    if (!g)
        return Q_OK;
    width = g->region.box.right - g->region.box.left;
    /* Headings over the other columns come before anything in the first. */
    left = g->region.part_count <= 3 ? fmax(0.2 * width, label_width * f->t->em) : 0.2 * width;
    if (!is_near(f, g, part) || g->pending_count == PENDING ||
        (run->count >= 8 && part->box.right - part->box.left > 0.6 * width) ||
        part->box.right > g->region.box.right + 0.2 * width ||
        part->box.left < g->region.box.left - left)
        return close_region(f, over);
    g->pending[g->pending_count++] = *part;
    return Q_OK;
}

/* Running text under a region ends it. */
static q_code take_prose(finder *f, const table__run *run)
{
    q_code rc = Q_OK;

    for (size_t i = f->open_count; i-- > 0 && !rc;) {
        table__rect b = f->open[i].region.box;
        double shared = table__overlap(b.left, b.right, run->box.left, run->box.right);

        if (shared > 0.3 * fmin(b.right - b.left, run->box.right - run->box.left))
            rc = close_region(f, i);
    }
    return rc;
}

/* Where a row leaves the region that its first runs belong to: the first run beyond it. */
static size_t leaves(const finder *f, size_t first, size_t end)
{
    const table__text *t = f->t;
    table__part part = {.box = t->runs[first].box};
    size_t over = region_over(f, &part), i = first;
    const growing *g;

    if (over == SIZE_MAX || f->open[over].region.multi < 3)
        return end;
    g = &f->open[over];
    while (i < end && t->runs[i].box.left < g->region.box.right + 1.5 * t->em)
        i++;
    return i;
}

static q_code take_part(finder *f, size_t first, size_t end, size_t row);

/* A row may hold parts of tables beside each other. */
static q_code take_parts(finder *f, size_t first, size_t end, size_t row)
{
    size_t stop = leaves(f, first, end);
    q_code rc = Q_OK;

    while (stop < end && !rc) {
        rc = take_part(f, first, stop, row);
        first = stop;
        stop = leaves(f, first, end);
    }
    return rc ? rc : take_part(f, first, end, row);
}

static q_code take_part(finder *f, size_t first, size_t end, size_t row)
{
    const table__text *t = f->t;
    table__part part = {t->runs[first].box, first, end - first, row};
    bool gap = false;

    for (size_t i = first + 1; i < end; i++) {
        part.box = table__join(part.box, t->runs[i].box);
        gap |= t->runs[i].box.left - t->runs[i - 1].box.right >= column_gap * t->em;
    }
    if (part.run_count > MOST_RUNS)
        return Q_OK;
    return part.run_count > 1 && gap ? take_multi(f, &part) : take_single(f, &part);
}

static q_code take_row(finder *f, size_t row)
{
    const table__row *r = &f->t->rows[row];
    size_t end = r->first_run + r->run_count, first = r->first_run;
    q_code rc = Q_OK;

    for (size_t i = r->first_run; i < end && !rc; i++)
        if (f->t->runs[i].prose)
            rc = take_prose(f, &f->t->runs[i]);
    for (size_t i = first; i <= end && !rc; i++)
        if (i == end || f->t->runs[i].prose) {
            if (i > first)
                rc = take_parts(f, first, i, row);
            first = i + 1;
        }
    return rc;
}

/* ---- above and below ---- */

/* The runs of a row that lie over a region, if they do wholly and none is running text. */
static bool part_over(const table__text *t, size_t row, const table__rect *box, table__part *out)
{
    const table__row *r = &t->rows[row];

    *out = (table__part){.row = row};
    for (size_t i = r->first_run; i < r->first_run + r->run_count; i++) {
        const table__run *s = &t->runs[i];

        if (table__overlap(s->box.left, s->box.right, box->left, box->right) <= 0)
            continue;
        if (s->prose || s->box.left < box->left - 2 * t->em ||
            s->box.right > box->right + 2 * t->em)
            return false;
        out->box = out->run_count ? table__join(out->box, s->box) : s->box;
        out->first_run = out->run_count ? out->first_run : i;
        out->run_count++;
    }
    return out->run_count > 0 && out->run_count <= MOST_RUNS;
}

/* The rows up to a line that opens the table, or else those whose one run stands over the columns
 * beside the first.
 */
static q_code extend_up(finder *f, table__region *r)
{
    const table__text *t = f->t;
    double line = table__line_between(t, r->box, r->box.top - 7 * t->em, r->box.top);
    table__part found[PENDING], part;
    table__rect box = r->box;
    size_t count = 0, keep = 0;
    double near = (isnan(line) ? 1.5 : 2.2) * t->em;

    for (size_t row = r->parts[0].row; row-- > 0 && count < PENDING;) {
        if (t->rows[row].box.bottom < box.top - near)
            break;
        if (table__overlap(t->rows[row].box.left, t->rows[row].box.right, box.left, box.right) <= 0)
            continue;
        if (!part_over(t, row, &box, &part) || part.box.bottom < box.top - near)
            break;
        found[count++] = part;
        box = table__join(box, part.box);
        if ((!isnan(line) && part.box.top >= line - 0.3 * t->em) ||
            (isnan(line) && keep + 1 == count && part.box.left > r->box.left + 3 * t->em &&
             t->runs[part.first_run].count <= 6))
            keep = count;
    }
    for (size_t i = 0; i < keep; i++)
        if (part_add(f, r, (table__part){0}))
            return q_err_nomem(f->err);
    if (!keep)
        return Q_OK;
    r->box = r->parts[0].box;
    for (size_t i = r->part_count; i-- > keep;)
        r->parts[i] = r->parts[i - keep];
    for (size_t i = 0; i < keep; i++) {
        r->parts[i] = found[keep - 1 - i];
        r->multi += r->parts[i].run_count > 1;
    }
    for (size_t i = 0; i < r->part_count; i++)
        r->box = i ? table__join(r->box, r->parts[i].box) : r->parts[i].box;
    return Q_OK;
}

/* The rows down to a line that closes the table. */
static q_code extend_down(finder *f, table__region *r)
{
    const table__text *t = f->t;
    double line =
        table__line_between(t, r->box, r->box.bottom - 0.3 * t->em, r->box.bottom + 5 * t->em);
    table__part part;
    q_code rc = Q_OK;

    for (size_t row = r->parts[r->part_count - 1].row + 1;
         !isnan(line) && row < t->row_count && !rc; row++) {
        if (t->rows[row].box.top > r->box.bottom + 1.5 * t->em)
            break;
        if (table__overlap(t->rows[row].box.left, t->rows[row].box.right, r->box.left,
                           r->box.right) <= 0)
            continue;
        if (!part_over(t, row, &r->box, &part) || part.box.bottom > line + 0.3 * t->em)
            break;
        rc = part_add(f, r, part);
    }
    return rc;
}

q_code table__regions_find(const table__text *t, table__regions *out, q_err *err)
{
    finder f = {.t = t, .out = out, .err = err};
    q_code rc = Q_OK;

    *out = (table__regions){0};
    for (size_t i = 0; i < t->row_count && !rc; i++)
        rc = take_row(&f, i);
    while (f.open_count && !rc)
        rc = close_region(&f, f.open_count - 1);
    for (size_t i = 0; i < out->count && !rc; i++) {
        rc = extend_up(&f, &out->items[i]);
        if (!rc)
            rc = extend_down(&f, &out->items[i]);
    }
    return rc;
}
