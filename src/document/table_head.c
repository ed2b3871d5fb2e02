/* Headings: lines of text one under the other are one heading, unless a line is drawn between or
 * the lower stand under a part of the upper each.
 *
 *             |  Amount borrowed |     level 0
 *      Percent|--------+---------|
 *          who|  Less  | $10,000 |     level 1
 *     borrowed|  than  | or more |
 */
#include "document/table_sheet.h"

#include <math.h>

enum { MOST_HEADS = 400 };

typedef struct head {
    table__rect box;
    size_t from, to;     /* columns, to included */
    size_t first, count; /* pieces: of the list, see heads */
    size_t level, end;   /* rows */
    bool wide;           /* over others */
} head;

typedef struct heads {
    const table__sheet *s;
    head *items; /* top to bottom */
    size_t count;
    size_t *of; /* for each piece of the headings its head */
} heads;

static double middle_x(table__rect r)
{
    return (r.left + r.right) / 2;
}

/* Does a line go under others of the heading's strip too? Then it tells nothing of one. */
static bool is_shared(const table__sheet *s, const table__piece *p, const table__line *line)
{
    const table__strip *strip = &s->strips[p->strip];

    for (size_t j = strip->first; j < strip->first + strip->count; j++) {
        table__rect b = s->pieces[j].box;

        if (b.left != p->box.left &&
            table__overlap(b.left, b.right, line->from, line->to) > 0.5 * (b.right - b.left))
            return true;
    }
    return false;
}

/* A line under a heading, longer than its text, tells what it stands over. */
static bool range_by_line(const table__sheet *s, table__piece *p)
{
    const table__lines *l = &s->t->lines;
    double em = s->t->em;

    for (size_t i = 0; i < l->across_count; i++) {
        const table__line *line = &l->across[i];
        size_t from = SIZE_MAX, to = 0;

        if (line->at < p->box.bottom - 0.4 * em || line->at > p->box.bottom + 1.3 * em ||
            line->from > p->box.left + 0.5 * em || line->to < p->box.right - 0.5 * em ||
            line->from < s->columns[0].right - 0.5 * em ||
            line->to - line->from < p->box.right - p->box.left - em || is_shared(s, p, line))
            continue;
        for (size_t c = 0; c < s->column_count; c++) {
            double mid = (s->columns[c].left + s->columns[c].right) / 2;

            if (mid < line->from || mid > line->to)
                continue;
            from = from == SIZE_MAX ? c : from;
            to = c;
        }
        if (from == SIZE_MAX || to == from)
            continue;
        p->from = from;
        p->to = to;
        return true;
    }
    return false;
}

/* Lines left and right of a heading close it in: it stands over the columns between. */
static bool range_by_walls(const table__sheet *s, table__piece *p)
{
    const table__lines *l = &s->t->lines;
    const table__strip *strip = &s->strips[p->strip];
    double left = -INFINITY, right = INFINITY, mid = (p->box.top + p->box.bottom) / 2;
    size_t from = SIZE_MAX, to = 0;

    for (size_t i = 0; i < l->upright_count; i++) {
        const table__line *line = &l->upright[i];

        if (line->from > mid || line->to < mid || line->at < s->box.left - 3 * s->t->em ||
            line->at > s->box.right + 3 * s->t->em)
            continue;
        if (line->at <= middle_x(p->box))
            left = fmax(left, line->at);
        else
            right = fmin(right, line->at);
    }
    if (isinf(left) && isinf(right))
        return false;
    for (size_t j = strip->first; j < strip->first + strip->count; j++)
        if (middle_x(s->pieces[j].box) > left && middle_x(s->pieces[j].box) < right &&
            s->pieces[j].box.left != p->box.left)
            return false;
    for (size_t c = 0; c < s->column_count; c++) {
        double at = (s->columns[c].left + s->columns[c].right) / 2;

        if (at < left || at > right)
            continue;
        from = from == SIZE_MAX ? c : from;
        to = c;
    }
    if (from == SIZE_MAX || to - from + 1 == s->column_count)
        return false;
    p->from = from;
    p->to = to;
    return true;
}

/* The first column from `column` on that is nearer to the right one of two headings. */
static size_t first_nearer(const table__sheet *s, size_t column, const table__piece *left,
                           const table__piece *right)
{
    double between = (middle_x(left->box) + middle_x(right->box)) / 2;

    while (column < s->column_count &&
           (s->columns[column].left + s->columns[column].right) / 2 < between)
        column++;
    return column;
}

/* The columns around a heading that no other of its strip stands over, and in whose middle it is:
 * the most that there are.
 */
static void range_by_middle(const table__sheet *s, size_t which, table__piece *p)
{
    const table__strip *strip = &s->strips[p->strip];
    size_t low = p->from > 0 ? 1 : 0, high = s->column_count - 1, best = p->to - p->from;
    size_t from = p->from, to = p->to;
    double mid = middle_x(p->box);

    if (which > strip->first)
        low = first_nearer(s, low, &s->pieces[which - 1], p);
    if (which + 1 < strip->first + strip->count) {
        size_t next = first_nearer(s, p->to, p, &s->pieces[which + 1]);

        high = next > p->to ? next - 1 : p->to;
    }
    for (size_t a = low; a <= p->from; a++)
        for (size_t b = p->to; b <= high; b++) {
            double m = (s->columns[a].left + s->columns[b].right) / 2;

            if (b - a > best && fabs(m - mid) < 1.0 * s->t->em) {
                best = b - a;
                from = a;
                to = b;
            }
        }
    p->from = from;
    p->to = to;
}

/* How many pieces of the next strip of headings stand under the columns. */
static size_t pieces_below(const table__sheet *s, const table__piece *p, size_t from, size_t to)
{
    size_t n = 0;

    if (p->strip + 1 >= s->body)
        return 0;
    for (size_t j = s->strips[p->strip + 1].first;
         j < s->strips[p->strip + 1].first + s->strips[p->strip + 1].count; j++)
        n += s->pieces[j].from <= to && from <= s->pieces[j].to;
    return n;
}

/* Does a heading go on right below, in its own column: is it one of several lines? Counted columns
 * ("1", "2") under a heading are no lines of it, nor what stands less in line with it than all the
 * columns that it could be in the middle of, `wide`.
 */
static bool continues_below(const table__sheet *s, const table__piece *p, const table__piece *wide)
{
    const table__strip *next = &s->strips[p->strip + 1];
    double mid = middle_x(p->box), near = 0.6 * s->t->em, edge = 0.25 * s->t->em;
    double off = fabs((s->columns[wide->from].left + s->columns[wide->to].right) / 2 - mid);

    for (size_t j = next->first; j < next->first + next->count; j++) {
        const table__piece *q = &s->pieces[j];
        double single = fabs(middle_x(q->box) - mid);

        if (q->number || q->from != q->to || q->from < p->from || q->to > p->to ||
            q->box.top - p->box.bottom > 0.9 * s->t->em)
            continue;
        if (fabs(q->box.left - p->box.left) < edge || fabs(q->box.right - p->box.right) < edge ||
            (single < near && single <= off + edge))
            return true;
    }
    return false;
}

static table__piece ranged(const table__sheet *s, size_t which)
{
    table__piece p = s->pieces[which], wide;

    if (p.strip + 1 >= s->body || range_by_walls(s, &p) || range_by_line(s, &p))
        return p;
    wide = p;
    range_by_middle(s, which, &wide);
    if (wide.to > wide.from && pieces_below(s, &wide, wide.from, wide.to) >= 2 &&
        !continues_below(s, &p, &wide))
        p = wide;
    return p;
}

/* Is a line drawn between two heights, over half of where something stands? */
static bool line_inside(const table__sheet *s, table__rect box, double from, double to)
{
    const table__lines *l = &s->t->lines;

    for (size_t i = 0; i < l->across_count; i++)
        if (l->across[i].at > from && l->across[i].at < to &&
            table__overlap(l->across[i].from, l->across[i].to, box.left, box.right) >
                0.5 * (box.right - box.left))
            return true;
    return false;
}

/* The head that the piece goes on with: over it, near, over the same columns. */
static size_t head_over(const heads *h, const table__piece *p)
{
    const table__sheet *s = h->s;

    for (size_t i = h->count; i-- > 0;) {
        const head *over = &h->items[i];
        double gap = p->box.top - over->box.bottom;

        if (over->to < p->from || p->to < over->from)
            continue;
        if (gap > 0.9 * s->t->em || line_inside(s, p->box, (over->box.top + over->box.bottom) / 2,
                                                (p->box.top + p->box.bottom) / 2))
            return SIZE_MAX;
        if (over->from == p->from && over->to == p->to)
            return i;
        /* The second line of a wide heading may be shorter, and the other way round; but not where
         * others stand beside it.
         */
        if (over->wide && pieces_below(s, &s->pieces[over->first], over->from, over->to) == 1)
            return i;
        return SIZE_MAX;
    }
    return SIZE_MAX;
}

static void put_heads(heads *h)
{
    const table__sheet *s = h->s;
    size_t end = s->body < s->strip_count ? s->strips[s->body].first : s->piece_count;

    for (size_t i = 0; i < end; i++) {
        table__piece p = ranged(s, i);
        size_t over = head_over(h, &p);

        if (over == SIZE_MAX && h->count < MOST_HEADS) {
            h->items[h->count] =
                (head){.box = p.box, .from = p.from, .to = p.to, .first = i, .wide = p.to > p.from};
            h->of[i] = h->count++;
            continue;
        }
        over = over == SIZE_MAX ? h->count - 1 : over;
        h->items[over].box = table__join(h->items[over].box, p.box);
        h->of[i] = over;
    }
}

static bool over_each_other(const head *a, const head *b)
{
    return a->from <= b->to && b->from <= a->to;
}

/* A head is a row lower than the lowest over it, and reaches down to what is under it. */
static size_t put_levels(heads *h)
{
    size_t levels = 0;

    for (size_t i = 0; i < h->count; i++) {
        for (size_t j = 0; j < i; j++)
            if (over_each_other(&h->items[j], &h->items[i]) &&
                h->items[j].level + 1 > h->items[i].level)
                h->items[i].level = h->items[j].level + 1;
        levels = h->items[i].level + 1 > levels ? h->items[i].level + 1 : levels;
    }
    for (size_t i = 0; i < h->count; i++) {
        h->items[i].end = levels;
        for (size_t j = i + 1; j < h->count; j++)
            if (over_each_other(&h->items[i], &h->items[j]) && h->items[j].level < h->items[i].end)
                h->items[i].end = h->items[j].level;
    }
    return levels;
}

static double level_top(const heads *h, size_t level)
{
    double top = INFINITY;

    for (size_t i = 0; i < h->count; i++)
        if (h->items[i].level == level)
            top = fmin(top, h->items[i].box.top);
    return top;
}

q_code table__heads(const table__sheet *s, table__draft *d, size_t *rows, q_err *err)
{
    size_t end = s->body < s->strip_count ? s->strips[s->body].first : s->piece_count;
    heads h = {.s = s};
    size_t levels;
    q_code rc = Q_OK;

    h.items = q_arena_array(s->t->arena, MOST_HEADS, sizeof *h.items);
    h.of = q_arena_array(s->t->arena, end, sizeof *h.of);
    if (!h.items || !h.of)
        return q_err_nomem(err);
    put_heads(&h);
    levels = put_levels(&h);
    for (size_t i = 0; i < h.count && !rc; i++)
        rc = table__cell_add(d, s->t->arena,
                             (table__cell){.row = h.items[i].level,
                                           .column = h.items[i].from,
                                           .row_span = h.items[i].end - h.items[i].level,
                                           .column_span = h.items[i].to - h.items[i].from + 1,
                                           .heading = true},
                             err);
    for (size_t i = 0; i < end && !rc; i++)
        for (size_t j = 0; j < s->pieces[i].count && !rc; j++)
            rc = table__word_add(d, s->t->arena, s->t->order[s->pieces[i].first + j], h.of[i], err);
    for (size_t l = 0; l < levels; l++)
        d->y[l] = l ? level_top(&h, l) : s->box.top;
    *rows = levels;
    return rc;
}
