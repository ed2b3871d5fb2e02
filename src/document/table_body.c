#include "document/table_sheet.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

/* ---- where the headings end ---- */

static void find_numbers(table__sheet *s)
{
    for (size_t c = 0; c < s->column_count; c++) {
        size_t numbers = 0, all = 0;

        for (size_t i = 0; i < s->piece_count; i++)
            if (s->pieces[i].from == c && s->pieces[i].to == c) {
                all++;
                numbers += s->pieces[i].number;
            }
        s->columns[c].numbers = numbers * 2 >= all && numbers > 0;
    }
}

/* 1997, 2001-02. */
static bool is_year(const table__sheet *s, const table__piece *p)
{
    q_str word = s->t->page->words[s->t->order[p->first]].text;

    return p->count == 1 && word.n >= 4 &&
           (q_str_starts(word, Q_STR("19")) || q_str_starts(word, Q_STR("20"))) &&
           q_is_digit(word.p[2]) && q_is_digit(word.p[3]) &&
           (word.n == 4 || !q_is_digit(word.p[4]));
}

/* 1, 2, 3: each the next of the one before it, *last. */
static bool counts_on(const table__sheet *s, const table__piece *p, uint64_t *last)
{
    uint64_t v;
    bool next = p->count == 1 && q_str_u64(s->t->page->words[s->t->order[p->first]].text, &v) &&
                (*last == UINT64_MAX ? v <= 1 : v == *last + 1);

    *last = next ? v : *last;
    return next;
}

/* Numbers that name columns: years, or counted from 1. */
static bool names_columns(const table__sheet *s, const table__strip *strip)
{
    size_t years = 0, counted = 0, numbers = 0;
    uint64_t last = UINT64_MAX;

    for (size_t j = strip->first; j < strip->first + strip->count; j++) {
        const table__piece *p = &s->pieces[j];

        if (!p->number)
            continue;
        numbers++;
        years += is_year(s, p);
        counted += counts_on(s, p, &last);
    }
    return numbers >= 2 && (years == numbers || counted == numbers);
}

/* The first strip that has numbers where numbers stand, in half of the columns that it fills. */
static size_t first_of_numbers(const table__sheet *s)
{
    for (size_t i = 0; i < s->strip_count; i++) {
        const table__strip *strip = &s->strips[i];
        size_t numbers = 0, filled = 0;

        for (size_t j = strip->first; j < strip->first + strip->count; j++) {
            const table__piece *p = &s->pieces[j];

            if (p->from != p->to || !s->columns[p->from].numbers)
                continue;
            filled++;
            numbers += p->number;
        }
        if (numbers && numbers * 2 >= filled && !names_columns(s, strip))
            return i;
    }
    return SIZE_MAX;
}

void table__body_find(table__sheet *s)
{
    size_t lines = 0, line = SIZE_MAX, numbers;

    find_numbers(s);
    numbers = first_of_numbers(s);
    for (size_t i = 1; i < s->strip_count; i++)
        if (s->strips[i].ruled) {
            line = lines++ ? line : i;
        }
    /* A line under the headings; if many rows have one, or it is far down, it tells nothing. */
    if (line != SIZE_MAX && line <= 10 && (numbers == SIZE_MAX || line <= numbers + 3) &&
        (numbers == SIZE_MAX || numbers <= line || numbers == 0 || lines <= 2)) {
        s->body = line;
        /* Spanning headings have a line under them too: go on while no numbers came. */
        for (size_t i = line + 1; i < s->strip_count && numbers != SIZE_MAX && i <= numbers; i++)
            if (s->strips[i].ruled && s->strips[line - 1].count < s->strips[i - 1].count)
                s->body = i;
        return;
    }
    s->body = numbers == SIZE_MAX ? (s->strip_count > 1) : numbers;
    /* The strip before may be a heading of rows, not of columns: it fills the first column only. */
    while (s->body > 1 && s->strips[s->body - 1].count == 1 &&
           s->pieces[s->strips[s->body - 1].first].to == 0)
        s->body--;
}

/* ---- rows ---- */

static bool starts_small(const table__sheet *s, const table__piece *p)
{
    size_t n;
    uint32_t c = q_utf8_decode(s->t->page->words[s->t->order[p->first]].text, &n);

    return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff);
}

static bool all_start_small(const table__sheet *s, const table__strip *strip)
{
    for (size_t j = strip->first; j < strip->first + strip->count; j++)
        if (!starts_small(s, &s->pieces[j]))
            return false;
    return true;
}

static const table__piece *piece_in(const table__sheet *s, const table__strip *strip, size_t column)
{
    for (size_t j = strip->first; j < strip->first + strip->count; j++)
        if (s->pieces[j].from <= column && column <= s->pieces[j].to)
            return &s->pieces[j];
    return NULL;
}

static bool has_number(const table__sheet *s, const table__strip *strip)
{
    for (size_t j = strip->first; j < strip->first + strip->count; j++)
        if (s->pieces[j].number)
            return true;
    return false;
}

static double middle(table__rect r)
{
    return (r.top + r.bottom) / 2;
}

/* The usual distance of rows with several pieces from what is before them. */
static double usual_pitch(const table__sheet *s)
{
    double low = 0, sum = 0;
    size_t n = 0;

    for (size_t i = s->body + 1; i < s->strip_count; i++)
        if (s->strips[i].count > 1 && s->strips[i - 1].count > 1) {
            sum += middle(s->strips[i].box) - middle(s->strips[i - 1].box);
            n++;
        }
    low = n ? sum / (double)n : 1.5 * s->t->em;
    return low;
}

/* Where cells are text of several lines each, rows stand farther from each other than lines, and
 * most lines have no label: the most that is between lines, or 0 where it cannot be told.
 */
static double line_pitch(const table__sheet *s)
{
    double least = INFINITY;
    size_t numbers = 0, all = 0, far = 0, near = 0, labelled = 0;

    for (size_t i = s->body; i < s->strip_count; i++) {
        for (size_t j = s->strips[i].first; j < s->strips[i].first + s->strips[i].count; j++) {
            all++;
            numbers += s->pieces[j].number;
        }
        if (i > s->body)
            least = fmin(least, middle(s->strips[i].box) - middle(s->strips[i - 1].box));
    }
    if (numbers * 5 > all)
        return 0;
    for (size_t i = s->body + 1; i < s->strip_count; i++) {
        double step = middle(s->strips[i].box) - middle(s->strips[i - 1].box);

        far += step > 1.35 * least;
        near += step <= 1.2 * least;
        labelled += step <= 1.2 * least && s->pieces[s->strips[i].first].from == 0;
    }
    return far > 0 && near > 0 && labelled * 5 <= near * 2 ? 1.25 * least : 0;
}

/* A label alone that starts farther left than the row's, or at a wider distance than the row's
 * lines have, begins something else.
 */
static bool steps_out(const table__sheet *s, size_t from, size_t i)
{
    const table__piece *p = &s->pieces[s->strips[i].first];
    const table__piece *label = &s->pieces[s->strips[from].first];

    if (s->strips[i].count != 1 || p->to != 0)
        return false;
    if (label->to == 0 && p->box.left < label->box.left - 0.3 * s->t->em)
        return true;
    return i - from >= 2 &&
           middle(s->strips[i].box) - middle(s->strips[i - 1].box) >
               1.15 * (middle(s->strips[i - 1].box) - middle(s->strips[i - 2].box));
}

/* Is the next strip nearer to strip i than the one before, and no section's first row? */
static bool leans_down(const table__sheet *s, size_t i)
{
    double above = middle(s->strips[i].box) - middle(s->strips[i - 1].box);

    return i + 1 < s->strip_count && !s->strips[i + 1].ruled &&
           middle(s->strips[i + 1].box) - middle(s->strips[i].box) < 0.85 * above;
}

/* Does strip i go on with what strip i - 1 began: is it another line of the row that strip `from`
 * began?
 */
static bool goes_on(const table__sheet *s, size_t from, size_t i, double pitch, double lines)
{
    const table__strip *a = &s->strips[i - 1], *b = &s->strips[i];
    double step = middle(b->box) - middle(a->box), em = s->t->em;
    double lap = table__overlap(a->box.top, a->box.bottom, b->box.top, b->box.bottom);
    const table__piece *p = &s->pieces[b->first], *over = piece_in(s, a, p->from);
    bool new_text = false;

    if (b->ruled)
        return false;
    if (step <= lines)
        return true;
    for (size_t j = b->first; j < b->first + b->count; j++)
        new_text |= piece_in(s, a, s->pieces[j].from) == NULL;
    if (lap > 0.3 * em && step < 0.7 * pitch)
        return true;
    if (!new_text && !has_number(s, b) && (b->count < a->count || b->count == 1) &&
        !leans_down(s, i) && !steps_out(s, from, i)) {
        if (step < 0.85 * pitch)
            return true;
        /* The label's second line: indented, or in the middle of a sentence. */
        if (b->count == 1 && p->to == 0 && over && step < 1.15 * pitch)
            return starts_small(s, p) && p->box.left >= over->box.left - 0.2 * em;
        return b->count >= 1 && p->from > 0 && step < 1.15 * pitch && over && !over->number;
    }
    if (!new_text && !has_number(s, b) && all_start_small(s, b) && step < 1.15 * pitch)
        return true;
    /* The label began a line higher than its numbers. */
    if (a->count == 1 && b->count > 1 && s->pieces[a->first].to == 0 && p->from == 0)
        return step < 0.85 * pitch || (starts_small(s, p) && step < 1.15 * pitch);
    return false;
}

static q_code put_piece(const table__sheet *s, const table__piece *p, size_t cell, table__draft *d,
                        q_err *err)
{
    q_code rc = Q_OK;

    for (size_t j = p->first; j < p->first + p->count && !rc; j++)
        rc = table__word_add(d, s->t->arena, s->t->order[j], cell, err);
    return rc;
}

/* The cell of the row from cell `first` on that overlaps the piece's columns; else a new one. */
static q_code cell_for(const table__sheet *s, const table__piece *p, size_t first, size_t row,
                       table__draft *d, size_t *out, q_err *err)
{
    table__cell cell = {
        .row = row, .column = p->from, .row_span = 1, .column_span = p->to - p->from + 1};

    for (size_t i = first; i < d->cell_count; i++) {
        const table__cell *c = &d->cells[i];

        if (c->column <= p->to && p->from < c->column + c->column_span) {
            *out = i;
            return Q_OK;
        }
    }
    *out = d->cell_count;
    return table__cell_add(d, s->t->arena, cell, err);
}

/* A heading of rows alone in its row: in the first column, or over all others. */
static table__piece as_section(const table__sheet *s, const table__strip *strip)
{
    table__piece p = s->pieces[strip->first];

    if (p.from == 0) {
        p.to = 0;
    } else {
        double mid = (s->columns[1].left + s->columns[s->column_count - 1].right) / 2;

        if (fabs((p.box.left + p.box.right) / 2 - mid) < 1.5 * s->t->em) {
            p.from = 1;
            p.to = s->column_count - 1;
        }
    }
    return p;
}

static q_code put_row(const table__sheet *s, size_t from, size_t to, size_t row, table__draft *d,
                      q_err *err)
{
    size_t first = d->cell_count, cell = 0;
    q_code rc = Q_OK;

    for (size_t i = from; i < to && !rc; i++) {
        const table__strip *strip = &s->strips[i];

        for (size_t j = strip->first; j < strip->first + strip->count && !rc; j++) {
            table__piece p =
                to - from == 1 && strip->count == 1 ? as_section(s, strip) : s->pieces[j];

            rc = cell_for(s, &p, first, row, d, &cell, err);
            if (!rc)
                rc = put_piece(s, &p, cell, d, err);
        }
    }
    if (!rc && d->cell_count == first + 1 && !has_number(s, &s->strips[from]))
        d->cells[first].section = true;
    return rc;
}

q_code table__body(const table__sheet *s, size_t row, table__draft *d, q_err *err)
{
    double pitch = usual_pitch(s), lines = line_pitch(s);
    q_code rc = Q_OK;

    for (size_t i = s->body, end; i < s->strip_count && !rc; i = end) {
        end = i + 1;
        while (end < s->strip_count && goes_on(s, i, end, pitch, lines))
            end++;
        d->y[row] = i ? (s->strips[i - 1].box.bottom + s->strips[i].box.top) / 2 : s->box.top;
        rc = put_row(s, i, end, row++, d, err);
    }
    d->rows = row;
    d->y[row] = s->box.bottom;
    return rc;
}
