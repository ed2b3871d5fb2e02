/* Which runs are running text: several words a line, line under line, from one margin to the
 * other. A column of a table may have that too, but beside it stand numbers.
 */
#include "document/table_text.h"

#include "base/utf8.h"

#include <math.h>

enum {
    LONG_WORDS = 5,
    SURE_WORDS = 11,   /* that many in one run are no cell without lines around it */
    CAPTION_LINES = 2, /* after the first */
    NEXT_ROWS = 12     /* that are looked at for the line below */
};

static const double long_width = 11;  /* em */
static const double line_pitch = 2.7; /* em, from a line's middle to the next: double-spaced text */

static const double most_blank = 1.7;  /* em, between words of justified text */
static const double caption_blank = 4; /* em, after "Table 3" */

static double middle(table__rect r)
{
    return (r.top + r.bottom) / 2;
}

static bool is_long(const table__text *t, const table__run *r)
{
    return r->count >= LONG_WORDS && r->box.right - r->box.left >= long_width * t->em;
}

/* The run that goes on below: as wide as needed, and its left or right at the same place. */
static size_t below(const table__text *t, size_t run)
{
    const table__run *r = &t->runs[run];

    for (size_t i = r->row + 1; i < t->row_count && i <= r->row + NEXT_ROWS; i++) {
        const table__row *row = &t->rows[i];

        if (middle(row->box) - middle(r->box) > line_pitch * t->em)
            break;
        for (size_t j = row->first_run; j < row->first_run + row->run_count; j++) {
            const table__run *s = &t->runs[j];
            double shared = table__overlap(r->box.left, r->box.right, s->box.left, s->box.right);
            double narrow = fmin(r->box.right - r->box.left, s->box.right - s->box.left);

            if (shared >= 0.5 * narrow)
                return fabs(r->box.left - s->box.left) <= 4 * t->em ||
                               fabs(r->box.right - s->box.right) <= t->em
                           ? j
                           : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

static bool number_after(const table__text *t, size_t from, size_t row, double right)
{
    const table__row *r = &t->rows[row];

    for (size_t i = from; i < r->first_run + r->run_count; i++) {
        if (t->runs[i].box.left < right)
            continue;
        if (t->runs[i].number)
            return true;
        if (is_long(t, &t->runs[i]))
            return false;
    }
    return false;
}

/* Does a number stand to the right in the same row, nothing long between? Where the text has two
 * lines, it may stand half a line higher or lower.
 */
static bool has_numbers(const table__text *t, size_t run)
{
    const table__run *r = &t->runs[run];

    if (number_after(t, run + 1, r->row, r->box.right))
        return true;
    for (size_t row = r->row ? r->row - 1 : 1; row <= r->row + 1 && row < t->row_count; row += 2)
        if (fabs(middle(t->rows[row].box) - middle(r->box)) < 0.8 * t->em &&
            number_after(t, t->rows[row].first_run, row, r->box.right))
            return true;
    return false;
}

/* "1.", "(a)", a bullet. */
static bool is_marker(const table__text *t, const table__run *r)
{
    q_str text = t->page->words[t->order[r->first]].text;
    char last = text.p[text.n - 1];

    return r->count == 1 &&
           (q_utf8_count(text) == 1 || (q_utf8_count(text) <= 5 && (last == '.' || last == ')')));
}

static void mark_markers(table__text *t)
{
    for (size_t i = 0; i + 1 < t->run_count; i++) {
        table__run *r = &t->runs[i];

        if (t->runs[i + 1].row == r->row && t->runs[i + 1].prose && !r->prose &&
            t->runs[i + 1].box.left - r->box.right < 4 * t->em && is_marker(t, r))
            r->prose = true;
    }
}

/* What stands under running text, shorter and alone in its row, is its last line. */
static void mark_tails(table__text *t)
{
    for (size_t i = 0; i < t->run_count; i++) {
        size_t next = t->runs[i].prose ? below(t, i) : SIZE_MAX;
        table__run *r, *s = &t->runs[i];
        bool alone;

        if (next == SIZE_MAX)
            continue;
        r = &t->runs[next];
        alone = (next + 1 == t->run_count || t->runs[next + 1].row != r->row ||
                 t->runs[next + 1].box.left > s->box.right) &&
                (next == 0 || t->runs[next - 1].row != r->row ||
                 t->runs[next - 1].box.right < s->box.left);
        if (alone && !r->number && fabs(r->box.left - s->box.left) < 0.7 * t->em &&
            middle(r->box) - middle(s->box) < 1.6 * t->em)
            r->prose = true;
    }
}

/* ---- justified text, whose gaps are as wide as those of columns ---- */

typedef struct stretch { /* neighbouring runs, no gap between them wide */
    table__rect box;
    size_t first, end, words, numbers;
} stretch;

static stretch stretch_from(const table__text *t, size_t run)
{
    stretch s = {.box = t->runs[run].box, .first = run, .end = run};

    for (; s.end < t->run_count && t->runs[s.end].row == t->runs[run].row &&
           (s.end == run || t->runs[s.end].box.left - s.box.right < most_blank * t->em);
         s.end++) {
        const table__run *r = &t->runs[s.end];

        s.box = table__join(s.box, r->box);
        s.words += r->count;
        s.numbers += r->number ? r->count : 0;
    }
    return s;
}

static bool is_text_line(const table__text *t, const stretch *s)
{
    return s->words >= 6 && s->numbers * 4 <= s->words &&
           s->box.right - s->box.left >= 18 * t->em && !has_numbers(t, s->end - 1);
}

/* Lines from one margin to the other, one under the other. */
static void mark_justified(table__text *t)
{
    stretch last = {.end = 0};

    for (size_t i = 0; i < t->run_count;) {
        stretch s = stretch_from(t, i);

        if (is_text_line(t, &s)) {
            if (last.end && middle(s.box) - middle(last.box) < line_pitch * t->em &&
                fabs(s.box.right - last.box.right) < 0.8 * t->em &&
                fabs(s.box.left - last.box.left) < 5 * t->em)
                for (size_t j = last.first; j < s.end; j++)
                    if (j < last.end || j >= s.first)
                        t->runs[j].prose = true;
            last = s;
        }
        i = s.end;
    }
}

/* ---- narrow columns of a newspaper: few words a line, but line under line, each full ---- */

enum { COLUMN_LINES = 4, MOST_COLUMN_LINES = 400 };

static bool is_text_run(const table__text *t, const table__run *r)
{
    return !r->number && (r->count >= 2 || r->box.right - r->box.left >= 6 * t->em);
}

/* The lines from a run downwards; those that are there. */
static size_t column_from(const table__text *t, size_t run, size_t *lines)
{
    size_t n = 0;

    for (size_t i = run; i != SIZE_MAX && n < MOST_COLUMN_LINES; i = below(t, i)) {
        const table__run *r = &t->runs[i];

        if (n && (middle(r->box) - middle(t->runs[lines[n - 1]].box) > 1.8 * t->em ||
                  fabs(r->box.left - t->runs[run].box.left) > 2 * t->em))
            break;
        lines[n++] = i;
    }
    return n;
}

static void mark_column(table__text *t, const size_t *lines, size_t count)
{
    size_t words = 0, texts = 0, full = 0, numbers = 0;
    double right = 0;

    for (size_t i = 0; i < count; i++)
        right = fmax(right, t->runs[lines[i]].box.right);
    for (size_t i = 0; i < count; i++) {
        const table__run *r = &t->runs[lines[i]];

        words += r->count;
        texts += is_text_run(t, r);
        full += r->box.right > right - 2.5 * t->em;
        numbers += has_numbers(t, lines[i]);
    }
    if (words < 3 * count || texts * 10 < count * 9 || full * 10 < count * 6 || numbers * 3 > count)
        return;
    for (size_t i = 0; i < count; i++)
        t->runs[lines[i]].prose = true;
}

static q_code mark_columns(table__text *t, q_err *err)
{
    bool *seen = q_arena_array(t->arena, t->run_count, sizeof *seen);
    size_t *lines = q_arena_array(t->arena, MOST_COLUMN_LINES, sizeof *lines);

    if (!seen || !lines)
        return q_err_nomem(err);
    for (size_t i = 0; i < t->run_count; i++) {
        size_t n = seen[i] ? 0 : column_from(t, i, lines);

        for (size_t j = 0; j < n; j++)
            seen[lines[j]] = true;
        if (n >= COLUMN_LINES)
            mark_column(t, lines, n);
    }
    return Q_OK;
}

/* "Table 3", "Exhibit B.4": what such a row says is a title. */
static bool is_caption(const table__text *t, size_t run)
{
    static const char *const names[] = {"Table",   "TABLE",   "Tables", "Exhibit",  "EXHIBIT",
                                        "Tabelle", "Tableau", "Figure", "FIGURE",   "Tabla",
                                        "Tabel",   "Tab.",    "Chart",  "Abbildung"};
    size_t at = t->runs[run].first;
    q_str next;

    if (at + 1 >= t->order_count)
        return false;
    next = t->page->words[t->order[at + 1]].text;
    if (next.n > 8 ||
        !(q_is_digit(next.p[0]) || next.p[next.n - 1] == '.' || next.p[next.n - 1] == ':' ||
          q_str_find(next, Q_STR("-")) != SIZE_MAX || q_str_find(next, Q_STR(".")) != SIZE_MAX))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (q_str_is(t->page->words[t->order[at]].text, names[i]))
            return true;
    return false;
}

/* Is a line drawn between two heights, over half of a width? */
static bool line_between(const table__text *t, double from, double to, double left, double right)
{
    for (size_t i = 0; i < t->lines.across_count; i++) {
        const table__line *l = &t->lines.across[i];

        if (l->at > from && l->at < to &&
            table__overlap(l->from, l->to, left, right) > 0.5 * (right - left))
            return true;
    }
    return false;
}

/* A title's second line stands alone, close under the first, and no line is between. */
static void mark_caption_below(table__text *t, size_t run)
{
    const table__run *first = &t->runs[run];
    table__rect above = first->box;

    for (size_t n = 0; n < CAPTION_LINES && t->runs[run].row + 1 < t->row_count; n++) {
        const table__row *row = &t->rows[t->runs[run].row + 1];
        stretch s = stretch_from(t, row->first_run);

        if (s.end != row->first_run + row->run_count || s.numbers * 2 > s.words ||
            middle(s.box) - middle(above) > 1.5 * (above.bottom - above.top) ||
            s.box.left < first->box.left - 0.5 * t->em ||
            s.box.left > first->box.left + 12 * t->em ||
            line_between(t, middle(above), middle(s.box), s.box.left, s.box.right))
            return;
        for (size_t j = s.first; j < s.end; j++)
            t->runs[j].prose = true;
        above = s.box;
        run = s.first;
    }
}

static void mark_captions(table__text *t)
{
    for (size_t i = 0; i < t->run_count; i++) {
        size_t last = i;

        if (!is_caption(t, i))
            continue;
        while (last + 1 < t->run_count && t->runs[last + 1].row == t->runs[i].row &&
               t->runs[last + 1].box.left - t->runs[last].box.right < caption_blank * t->em)
            last++;
        for (size_t j = i; j <= last; j++)
            t->runs[j].prose = true;
        mark_caption_below(t, i);
    }
}

/* ---- a table of text between lines ---- */

/* The next line below that begins and ends where this one does. */
static const table__line *same_below(const table__text *t, const table__line *line)
{
    for (const table__line *l = line + 1; l < t->lines.across + t->lines.across_count; l++)
        if (l->at > line->at + 0.8 * t->em && fabs(l->from - line->from) < 1.5 * t->em &&
            fabs(l->to - line->to) < 1.5 * t->em)
            return l;
    return NULL;
}

/* The first row whose middle is below. */
static size_t first_row(const table__text *t, double y)
{
    size_t low = 0, high = t->row_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (middle(t->rows[mid].box) < y)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_inside(const table__run *r, const table__line *line)
{
    return r->box.left >= line->from - 1 && r->box.right <= line->to + 1;
}

/* Do headings stand apart between the first two lines, and under them text in columns? */
static bool frames_columns(const table__text *t, const table__line *top, const table__line *head,
                           const table__line *bottom)
{
    double width = top->to - top->from;
    size_t apart = 0, wide = 0, several = 0, rows = 0;

    for (size_t i = first_row(t, top->at); i < first_row(t, bottom->at); i++) {
        const table__row *row = &t->rows[i];
        size_t inside = 0;

        for (size_t j = row->first_run; j < row->first_run + row->run_count; j++) {
            inside += is_inside(&t->runs[j], top);
            wide += t->runs[j].box.right - t->runs[j].box.left > 0.7 * width;
        }
        if (middle(row->box) < head->at)
            apart += inside > 1;
        else
            several += inside > 1;
        rows += inside > 0;
    }
    return apart > 0 && several >= 2 && several * 5 >= rows * 2 && wide * 10 <= rows;
}

/* What stands between lines in columns is no running text, however long. */
static void unmark_framed(table__text *t)
{
    for (size_t i = 0; i < t->lines.across_count; i++) {
        const table__line *top = &t->lines.across[i];
        const table__line *head = same_below(t, top);
        const table__line *bottom = head ? same_below(t, head) : NULL;

        if (!bottom || head->at - top->at > 8 * t->em || !frames_columns(t, top, head, bottom))
            continue;
        for (size_t row = first_row(t, top->at); row < first_row(t, bottom->at); row++)
            for (size_t j = 0; j < t->rows[row].run_count; j++) {
                table__run *r = &t->runs[t->rows[row].first_run + j];

                r->prose &= !is_inside(r, top);
            }
    }
}

q_code table__prose(table__text *t, q_err *err)
{
    for (size_t i = 0; i < t->run_count; i++) {
        table__run *r = &t->runs[i];
        size_t next = is_long(t, r) ? below(t, i) : SIZE_MAX;

        if (is_long(t, r) && r->count >= SURE_WORDS && !has_numbers(t, i))
            r->prose = true;
        if (next == SIZE_MAX || !is_long(t, &t->runs[next]))
            continue;
        if (!has_numbers(t, i) && !has_numbers(t, next))
            r->prose = t->runs[next].prose = true;
    }
    mark_justified(t);
    if (mark_columns(t, err))
        return q_err_nomem(err);
    mark_tails(t);
    unmark_framed(t);
    mark_captions(t);
    mark_markers(t);
    return Q_OK;
}
