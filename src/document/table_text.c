#include "document/table_text.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_WORDS = 200000, /* of a page; the rest is left out */
    MOST_LINES = 3000,   /* in one direction, the longest */
    MOST_BARS = 100,
    NEAR_LINES = 32 /* that are looked at between two words */
};

static const double gap_limit = 0.72; /* of a word's height: a wider gap ends a run */
static const double number_gap_limit = 0.4;

double table__overlap(double a0, double a1, double b0, double b1)
{
    return fmax(0, fmin(a1, b1) - fmax(a0, b0));
}

table__rect table__join(table__rect a, table__rect b)
{
    return (table__rect){fmin(a.left, b.left), fmin(a.top, b.top), fmax(a.right, b.right),
                         fmax(a.bottom, b.bottom)};
}

static int by_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int by_length(const void *a, const void *b)
{
    const table__line *x = a, *y = b;
    double p = x->to - x->from, q = y->to - y->from;

    if (p != q)
        return p < q ? 1 : -1;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at)
                          : (x->from > y->from) - (x->from < y->from);
}

static int by_place(const void *a, const void *b)
{
    const table__line *x = a, *y = b;

    return x->at != y->at ? (x->at > y->at) - (x->at < y->at)
                          : (x->from > y->from) - (x->from < y->from);
}

/* Pieces of one line joined; a double line becomes one. */
static size_t join_lines(table__line *lines, size_t count, double em)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        table__line *to = NULL;

        for (size_t j = kept; j > 0 && lines[i].at - lines[j - 1].at <= 0.3 * em && !to; j--)
            if (lines[i].from <= lines[j - 1].to + 0.4 * em &&
                lines[j - 1].from <= lines[i].to + 0.4 * em)
                to = &lines[j - 1];
        if (!to) {
            lines[kept++] = lines[i];
            continue;
        }
        to->from = fmin(to->from, lines[i].from);
        to->to = fmax(to->to, lines[i].to);
    }
    return kept;
}

/* A bar, filled, has a line at each edge. What stands upright within it is writing on it. */
static bool is_bar(const table__text *t, const q_rule *r)
{
    double thick =
        r->upright ? r->box.width * t->page->width_pt : r->box.height * t->page->height_pt;

    return thick > 0.5 * t->em;
}

static bool is_on_bar(const table__text *t, const q_rule *r, const size_t *bars, size_t bar_count)
{
    double slack = 0.15 * t->em / t->page->height_pt;

    for (size_t i = 0; i < bar_count; i++) {
        q_box bar = t->page->marks.rules[bars[i]].box;

        if (r->box.top >= bar.top - slack && q_box_bottom(r->box) <= q_box_bottom(bar) + slack &&
            r->box.left > bar.left + slack && q_box_right(r->box) < q_box_right(bar) - slack)
            return true;
    }
    return false;
}

static q_code read_lines(const table__text *t, bool upright, const size_t *bars, size_t bar_count,
                         table__line **out, size_t *count, q_err *err)
{
    const q_marks *m = &t->page->marks;
    double w = t->page->width_pt, h = t->page->height_pt;
    table__line *lines = q_arena_array(t->arena, m->rule_count, 2 * sizeof *lines);
    size_t n = 0;

    if (!lines)
        return q_err_nomem(err);
    for (size_t i = 0; i < m->rule_count; i++) {
        q_box b = m->rules[i].box;
        table__line line = upright ? (table__line){b.left * w, b.top * h, q_box_bottom(b) * h}
                                   : (table__line){b.top * h, b.left * w, q_box_right(b) * w};
        double thick = upright ? b.width * w : b.height * h;
        bool bar = is_bar(t, &m->rules[i]);

        if (m->rules[i].upright != upright ||
            (upright && is_on_bar(t, &m->rules[i], bars, bar_count)))
            continue;
        line.at += bar ? 0 : thick / 2;
        lines[n++] = line;
        line.at += thick;
        if (bar)
            lines[n++] = line;
    }
    qsort(lines, n, sizeof *lines, by_length);
    n = n < MOST_LINES ? n : MOST_LINES;
    qsort(lines, n, sizeof *lines, by_place);
    *count = join_lines(lines, n, t->em);
    *out = lines;
    return Q_OK;
}

static q_code read_marks(table__text *t, q_err *err)
{
    const q_marks *m = &t->page->marks;
    size_t bars[MOST_BARS], n = 0;
    q_code rc;

    for (size_t i = 0; i < m->rule_count && n < MOST_BARS; i++)
        if (!m->rules[i].upright && is_bar(t, &m->rules[i]))
            bars[n++] = i;
    rc = read_lines(t, false, bars, n, &t->lines.across, &t->lines.across_count, err);
    return rc ? rc : read_lines(t, true, bars, n, &t->lines.upright, &t->lines.upright_count, err);
}

static q_code read_boxes(table__text *t, q_err *err)
{
    const q_page *p = t->page;
    size_t n = p->word_count < MOST_WORDS ? p->word_count : MOST_WORDS;
    double *heights = q_arena_array(t->arena, n, sizeof *heights);

    t->boxes = q_arena_array(t->arena, p->word_count, sizeof *t->boxes);
    t->taken = q_arena_array(t->arena, p->word_count, sizeof *t->taken);
    t->order = q_arena_array(t->arena, n, sizeof *t->order);
    if (!heights || !t->boxes || !t->taken || !t->order)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        q_box b = p->words[i].box;

        t->boxes[i] = (table__rect){b.left * p->width_pt, b.top * p->height_pt,
                                    q_box_right(b) * p->width_pt, q_box_bottom(b) * p->height_pt};
        heights[i] = b.height * p->height_pt;
    }
    for (size_t i = n; i < p->word_count; i++)
        t->taken[i] = true;
    qsort(heights, n, sizeof *heights, by_double);
    t->em = n ? fmax(heights[n / 2], 1e-3) : 10;
    return Q_OK;
}

q_code table__text_read(const q_page *page, q_arena *a, table__text *out, q_err *err)
{
    table__text t = {.page = page, .arena = a};
    q_code rc = read_boxes(&t, err);

    if (!rc)
        rc = read_marks(&t, err);
    if (!rc)
        rc = table__text_cut(&t, err);
    if (!rc)
        *out = t;
    return rc;
}

/* ---- rows and runs ---- */

typedef struct place {
    double key;
    size_t word;
} place;

static int by_key(const void *a, const void *b)
{
    const place *x = a, *y = b;

    return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                            : (x->word > y->word) - (x->word < y->word);
}

/* The first upright line at or right of x. */
static size_t first_upright(const table__lines *l, double x)
{
    size_t low = 0, high = l->upright_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (l->upright[mid].at < x)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_parted(const table__text *t, table__rect a, table__rect b)
{
    double x0 = a.right - 0.25 * (a.bottom - a.top), x1 = b.left + 0.25 * (b.bottom - b.top);
    double middle = (a.top + a.bottom) / 2;
    size_t i = first_upright(&t->lines, x0);

    for (size_t n = 0; n < NEAR_LINES && i < t->lines.upright_count; n++, i++) {
        const table__line *l = &t->lines.upright[i];

        if (l->at > x1)
            break;
        if (l->from <= middle && middle <= l->to)
            return true;
    }
    return false;
}

bool table__is_number(q_str word)
{
    static const char *const marks[] = {"-",  "–",   "—",   "−",    "†",    "‡",  "#",   "na",
                                        "NA", "n/a", "N/A", "n.a.", "Ref.", "..", "...", "*",
                                        "$",  "€",   "£",   "%",    "X",    "x"};
    size_t digits = 0, letters = 0, n;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (q_str_is(word, marks[i]))
            return true;
    for (q_str s = word; s.n; s = q_str_sub(s, n, s.n)) {
        uint32_t c = q_utf8_decode(s, &n);

        digits += c >= '0' && c <= '9';
        letters += (c | 32) >= 'a' && (c | 32) <= 'z';
    }
    return digits > 0 && letters <= 1 && digits >= letters;
}

static bool is_number_run(const table__text *t, const table__run *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!table__is_number(t->page->words[t->order[r->first + i]].text))
            return false;
    return r->count <= 4;
}

static size_t digits_of(q_str word)
{
    size_t n = 0;

    for (size_t i = 0; i < word.n; i++)
        n += q_is_digit(word.p[i]);
    return n;
}

static double char_width(const table__text *t, size_t word)
{
    table__rect b = t->boxes[word];

    return (b.right - b.left) / (double)q_utf8_count(t->page->words[word].text);
}

/* The widest gap within a run: more than one blank of a typewriter. Two numbers side by side are
 * two cells, unless the one groups the thousands of the other: "10 000".
 */
static double limit_between(const table__text *t, size_t a, size_t b, double height)
{
    double blank = fmin(1.35 * fmin(char_width(t, a), char_width(t, b)), 1.1 * height);
    q_str x = t->page->words[a].text, y = t->page->words[b].text;

    if (!table__is_number(x) || !table__is_number(y) || digits_of(x) == 0 || digits_of(y) == 0)
        return fmax(gap_limit * height, blank);
    if (digits_of(y) == 3 && y.n == 3 && digits_of(x) <= 3)
        return gap_limit * height;
    return number_gap_limit * height;
}

/* Put the runs of a row, whose words stand in the order from `first` on. */
static q_code put_row(table__text *t, size_t first, size_t count, size_t *run_cap, size_t *row_cap,
                      q_err *err)
{
    table__row row = {t->boxes[t->order[first]], t->run_count, 0};

    for (size_t i = first; i < first + count; i++) {
        table__rect b = t->boxes[t->order[i]];
        table__run *last = t->run_count > row.first_run ? &t->runs[t->run_count - 1] : NULL;
        double height = last ? fmax(b.bottom - b.top, last->box.bottom - last->box.top) : 0;

        row.box = table__join(row.box, b);
        if (last &&
            b.left - last->box.right <= limit_between(t, t->order[i - 1], t->order[i], height) &&
            !is_parted(t, t->boxes[t->order[i - 1]], b)) {
            last->box = table__join(last->box, b);
            last->count++;
            continue;
        }
        if (q_arena_grow(t->arena, &t->runs, run_cap, t->run_count + 1, sizeof *t->runs))
            return q_err_nomem(err);
        t->runs[t->run_count++] = (table__run){b, i, 1, t->row_count, false, false};
    }
    row.run_count = t->run_count - row.first_run;
    for (size_t i = row.first_run; i < t->run_count; i++)
        t->runs[i].number = is_number_run(t, &t->runs[i]);
    if (q_arena_grow(t->arena, &t->rows, row_cap, t->row_count + 1, sizeof *t->rows))
        return q_err_nomem(err);
    t->rows[t->row_count++] = row;
    return Q_OK;
}

/* Words by their middle's height; a row ends where one stands half a word lower than it began.
 * Dashes and dots are lower than words, and no measure.
 */
static size_t row_end(const table__text *t, const place *places, size_t from, size_t count)
{
    double sum = 0, height = 0;
    size_t i = from;

    for (; i < count; i++) {
        table__rect b = t->boxes[places[i].word];
        double n = (double)(i - from);
        double word = i > from ? fmin(height / n, b.bottom - b.top) : 0;

        if (i > from && places[i].key - sum / n > 0.45 * fmax(word, 0.7 * t->em))
            break;
        sum += places[i].key;
        height += b.bottom - b.top;
    }
    return i;
}

q_code table__text_cut(table__text *t, q_err *err)
{
    size_t n = 0, run_cap = 0, row_cap = 0;
    place *places = q_arena_array(t->arena, t->page->word_count, sizeof *places);
    q_code rc = Q_OK;

    if (!places)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->page->word_count; i++)
        if (!t->taken[i])
            places[n++] = (place){(t->boxes[i].top + t->boxes[i].bottom) / 2, i};
    qsort(places, n, sizeof *places, by_key);
    t->runs = NULL;
    t->rows = NULL;
    t->order_count = t->run_count = t->row_count = 0;
    for (size_t from = 0, end; from < n && !rc; from = end) {
        end = row_end(t, places, from, n);
        for (size_t i = from; i < end; i++)
            places[i].key = t->boxes[places[i].word].left;
        qsort(places + from, end - from, sizeof *places, by_key);
        for (size_t i = from; i < end; i++)
            t->order[t->order_count++] = places[i].word;
        rc = put_row(t, from, end - from, &run_cap, &row_cap, err);
    }
    return rc;
}
