#include "document/form_piece.h"

#include "base/utf8.h"
#include "document/form_words.h"
#include "document/marks_tick.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 6000, MAX_PIECES = 3000, MAX_TICKS = 500 };

double form__overlap(double a0, double a1, double b0, double b1)
{
    double common = fmin(a1, b1) - fmax(a0, b0), shorter = fmin(a1 - a0, b1 - b0);

    return common <= 0 ? 0 : shorter <= 0 ? 1 : fmin(1, common / shorter);
}

q_str form__word(const form_sheet *s, size_t index)
{
    return s->page->words[s->words[index]].text;
}

/* Typed lines and dots to write on: "______", "......". */
static bool is_leader(q_str w)
{
    size_t marks = 0;

    for (size_t i = 0; i < w.n; i++) {
        if (w.p[i] != '_' && w.p[i] != '.' && w.p[i] != '-' && w.p[i] != '=')
            return false;
        marks += w.p[i] == '_' ? 2 : 1;
    }
    return marks >= 2 && w.n > 0 && (w.p[0] != '-' || w.n >= 4);
}

static bool ends_with_colon(q_str w)
{
    while (w.n && (w.p[w.n - 1] == '_' || w.p[w.n - 1] == '.'))
        w.n--;
    return w.n && w.p[w.n - 1] == ':';
}

static q_box place(const form_sheet *s, q_box b)
{
    return (q_box){b.left * s->page->width_pt, b.top * s->page->height_pt,
                   b.width * s->page->width_pt, b.height * s->page->height_pt};
}

bool form__ruled_across(const form_sheet *s, double x0, double x1, double y0, double y1)
{
    for (size_t i = 0; i < s->rules.across_count; i++) {
        const form_rule *r = &s->rules.across[i];

        if (r->at > y0 && r->at < y1 && r->from <= x0 + s->em && r->to >= x1 - s->em)
            return true;
    }
    return false;
}

bool form__ruled_upright(const form_sheet *s, double x0, double x1, double y0, double y1)
{
    double middle = (y0 + y1) / 2;

    for (size_t i = 0; i < s->rules.upright_count; i++) {
        const form_rule *r = &s->rules.upright[i];

        if (r->at > x0 && r->at < x1 && r->from <= middle && r->to >= middle)
            return true;
    }
    return false;
}

/* Is a word over a drawn line, with most of its width? */
static bool is_ruled_under(const form_sheet *s, q_box w)
{
    double low = q_box_bottom(w), covered = 0;

    for (size_t i = 0; i < s->rules.across_count; i++) {
        const form_rule *r = &s->rules.across[i];

        if (r->at > low - 0.5 * s->em && r->at < low + 0.6 * s->em)
            covered += fmax(0, fmin(r->to, q_box_right(w)) - fmax(r->from, w.left));
    }
    return covered > 0.6 * w.width;
}

/* Does a line to write on begin, or end, between two words of a row? */
static bool line_turns(const form_sheet *s, q_box a, q_box b)
{
    double low = fmax(q_box_bottom(a), q_box_bottom(b)), gap0 = q_box_right(a), gap1 = b.left;
    double slack = 0.35 * s->em;

    for (size_t i = 0; i < s->rules.across_count; i++) {
        const form_rule *r = &s->rules.across[i];

        if (r->at < low - 0.5 * s->em || r->at > low + 0.6 * s->em)
            continue;
        if ((r->from > gap0 - slack && r->from < gap1 + slack) ||
            (r->to > gap0 - slack && r->to < gap1 + slack))
            return is_ruled_under(s, a) != is_ruled_under(s, b);
    }
    return false;
}

static bool tick_between(const form_sheet *s, q_box a, q_box b)
{
    size_t n = s->page->marks.tick_count < MAX_TICKS ? s->page->marks.tick_count : MAX_TICKS;

    for (size_t i = 0; i < n; i++) {
        q_box t = place(s, s->page->marks.ticks[i].box);
        double x = t.left + t.width / 2, y = t.top + t.height / 2;

        if (x > a.left + 0.5 * a.width && x < b.left + 0.5 * b.width && y > fmin(a.top, b.top) &&
            y < fmax(q_box_bottom(a), q_box_bottom(b)))
            return true;
    }
    return false;
}

static double char_width(const form_sheet *s, q_box a, q_str at, q_box b, q_str bt)
{
    double chars = (double)(q_utf8_count(at) + q_utf8_count(bt));
    double width = (a.width + b.width) / fmax(1, chars);

    return fmin(fmax(width, 0.35 * s->em), 0.8 * s->em);
}

static bool has_digit(q_str w)
{
    for (size_t i = 0; i < w.n; i++)
        if (q_is_digit(w.p[i]))
            return true;
    return false;
}

static bool is_year(q_str w)
{
    return w.n == 4 && ((w.p[0] == '1' && w.p[1] == '9') || (w.p[0] == '2' && w.p[1] == '0')) &&
           q_is_digit(w.p[2]) && q_is_digit(w.p[3]);
}

/* "Total Sample 214", "DATE April 3": a number or a month behind nothing but words that name
 * fields, the last one surely. A year may belong to the name.
 */
static bool number_behind_label(const form_sheet *s, size_t first, size_t next)
{
    q_str w = form__word(s, next);

    if ((!has_digit(w) && !form__month_word(w)) || is_year(w) ||
        !form__label_word(form__word(s, next - 1)))
        return false;
    for (size_t i = first; i < next; i++)
        if (has_digit(form__word(s, i)))
            return false;
    return next - first <= 4;
}

/* Words of a line with a blank between them, or a short tab? */
static bool close_behind(const form_sheet *s, size_t next)
{
    const q_word *w = &s->page->words[s->words[next - 1]], *v = &s->page->words[s->words[next]];
    q_box a = place(s, w->box), b = place(s, v->box);

    return s->words[next] == s->words[next - 1] + 1 && b.left > q_box_right(a) &&
           form__overlap(a.top, q_box_bottom(a), b.top, q_box_bottom(b)) > 0.5 &&
           b.left - q_box_right(a) < 2.6 * char_width(s, a, w->text, b, v->text);
}

/* Of a key right before it: "Tobacco: Sample No. 1166". */
static bool is_value(const form_sheet *s, size_t first)
{
    return first > 0 && ends_with_colon(form__word(s, first - 1)) && close_behind(s, first);
}

/* A colon in a value is no end of a key. */
static bool goes_on(const form_sheet *s, size_t first, size_t next)
{
    return is_value(s, first) && close_behind(s, next) &&
           !form__label_word(form__word(s, next - 1));
}

static bool falls_apart(const form_sheet *s, size_t first, size_t next, bool leader)
{
    size_t i = s->words[next - 1], j = s->words[next];
    const q_word *w = &s->page->words[i], *v = &s->page->words[j];
    q_box a = place(s, w->box), b = place(s, v->box);
    double width = char_width(s, a, w->text, b, v->text);

    if (leader || (ends_with_colon(w->text) && !goes_on(s, first, next)))
        return true;
    if (b.left - q_box_right(a) > 2.6 * width)
        return true;
    /* on a scan a line may be broken under a blank */
    if (b.left - q_box_right(a) > (s->page->from_text_layer ? 0.9 : 1.35) * width &&
        line_turns(s, a, b))
        return true;
    return tick_between(s, a, b) || (number_behind_label(s, first, next) && !is_value(s, first)) ||
           form__ruled_upright(s, q_box_right(a) - 0.3 * s->em, b.left + 0.3 * s->em,
                               fmin(a.top, b.top), fmax(q_box_bottom(a), q_box_bottom(b)));
}

static void piece_measure(form_sheet *s, form_piece *p)
{
    q_box b = s->page->words[s->words[p->first]].box;

    for (size_t i = 1; i < p->count; i++)
        b = q_box_join(b, s->page->words[s->words[p->first + i]].box);
    b = place(s, b);
    p->x0 = b.left;
    p->y0 = b.top;
    p->x1 = q_box_right(b);
    p->y1 = q_box_bottom(b);
    p->colon = ends_with_colon(form__word(s, p->first + p->count - 1));
    p->left = p->right = p->above = p->below = FORM_NONE;
}

static void piece_end(form_sheet *s, size_t first, bool blank_before, bool blank_behind)
{
    form_piece *p;

    if (s->word_count == first || s->count == MAX_PIECES)
        return;
    p = &s->pieces[s->count++];
    *p = (form_piece){.first = first,
                      .count = s->word_count - first,
                      .underlined = blank_before,
                      .blank_behind = blank_behind,
                      .cell = FORM_NONE};
    piece_measure(s, p);
}

/* Text that runs up or down the margin. */
static bool stands_upright(const form_sheet *s, const q_word *w)
{
    q_box b = place(s, w->box);

    return q_utf8_count(w->text) > 2 && b.height > 1.4 * b.width;
}

static void line_split(form_sheet *s, size_t number)
{
    const q_line *line = &s->page->lines[number];
    size_t first = s->word_count;
    bool before = false, leader = false; /* dots or a line before the piece, and behind it */

    for (size_t k = 0; k < line->word_count; k++) {
        size_t word = line->first_word + k;
        const q_word *w = &s->page->words[word];

        if (s->word_count == MAX_WORDS)
            break;
        if (stands_upright(s, w))
            continue;
        if (is_leader(w->text) || marks__tick_sign(w->text)) {
            leader = true;
            continue;
        }
        s->words[s->word_count++] = word;
        if (s->word_count - first == 1) {
            before = leader;
            leader = false;
        } else if (falls_apart(s, first, s->word_count - 1, leader)) {
            s->word_count--;
            piece_end(s, first, before, leader);
            first = s->word_count++;
            before = leader;
            leader = false;
        }
    }
    piece_end(s, first, before, leader);
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static q_code em_measure(form_sheet *s, q_err *err)
{
    size_t n = s->page->word_count < MAX_WORDS ? s->page->word_count : MAX_WORDS;
    double *heights = q_arena_array(s->arena, n + 1, sizeof *heights);

    if (!heights)
        return q_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        heights[i] = s->page->words[i].box.height * s->page->height_pt;
    qsort(heights, n, sizeof *heights, by_number);
    /* what is recognised has boxes about the ink of its letters */
    s->em = n ? fmax(heights[n / 2] * (s->page->from_text_layer ? 1 : 1.5), 1) : 1;
    return Q_OK;
}

/* How far the next piece is; INFINITY where it is none of that side. A value that is written on
 * the same line as a small label stands a little higher.
 */
static double distance_right(const form_piece *p, const form_piece *o, double em)
{
    double common = form__overlap(p->y0, p->y1, o->y0, o->y1);

    if (o->x0 + o->x1 <= p->x0 + p->x1 || common < 0.1)
        return INFINITY;
    if (common < 0.5 && (fabs(p->y1 - o->y1) > 0.7 * em || o->x0 < p->x1 - 0.3 * em))
        return INFINITY;
    return fmax(0, o->x0 - p->x1) + (common < 0.5 ? 2 * em : 0);
}

static double distance_below(const form_piece *p, const form_piece *o, double em)
{
    double aside = fmax(p->x0 - o->x1, o->x0 - p->x1);

    if (o->y0 + o->y1 <= p->y0 + p->y1 || o->y0 < (p->y0 + p->y1) / 2 || aside > 0.5 * em)
        return INFINITY;
    return fmax(0, o->y0 - p->y1) + (aside > 0 ? aside : 0);
}

static void neighbours_find(form_sheet *s)
{
    for (size_t i = 0; i < s->count; i++) {
        form_piece *p = &s->pieces[i];
        double right = INFINITY, left = INFINITY, below = INFINITY, above = INFINITY;

        for (size_t j = 0; j < s->count; j++) {
            const form_piece *o = &s->pieces[j];
            double d;

            if (i == j)
                continue;
            d = distance_right(p, o, s->em);
            if (d < right) {
                right = d;
                p->right = (int)j;
            }
            d = distance_right(o, p, s->em);
            if (d < left) {
                left = d;
                p->left = (int)j;
            }
            d = distance_below(p, o, s->em);
            if (d < below) {
                below = d;
                p->below = (int)j;
            }
            d = distance_below(o, p, s->em);
            if (d < above) {
                above = d;
                p->above = (int)j;
            }
        }
    }
}

/* Does a piece stand on a line that is longer than it, to be written on? */
static bool on_a_line(const form_sheet *s, const form_piece *p)
{
    for (size_t i = 0; i < s->rules.across_count; i++) {
        const form_rule *r = &s->rules.across[i];

        if (r->at < p->y1 - 0.5 * s->em || r->at > p->y1 + 0.6 * s->em)
            continue;
        if (r->from < p->x0 + s->em && r->to > p->x1 - s->em &&
            r->to - r->from > p->x1 - p->x0 + 1.5 * s->em &&
            r->to - r->from < 0.7 * s->page->width_pt)
            return true;
    }
    return false;
}

/* Does a line to write on begin behind a piece? */
static bool line_behind(const form_sheet *s, const form_piece *p)
{
    double until = p->right == FORM_NONE ? INFINITY : s->pieces[p->right].x0;

    for (size_t i = 0; i < s->rules.across_count; i++) {
        const form_rule *r = &s->rules.across[i];

        if (r->at > p->y1 - 0.6 * s->em && r->at < p->y1 + 0.6 * s->em &&
            r->from > p->x1 - 0.5 * s->em && r->from < p->x1 + 3 * s->em &&
            r->from < until + s->em && r->to - r->from < 0.7 * s->page->width_pt)
            return true;
    }
    return false;
}

static void rules_see(form_sheet *s)
{
    for (size_t i = 0; i < s->count; i++) {
        form_piece *p = &s->pieces[i];

        p->underlined = p->underlined || on_a_line(s, p);
        p->blank_behind = p->blank_behind || line_behind(s, p);
        if (p->right != FORM_NONE)
            p->ruled_off_right = form__ruled_upright(
                s, p->x1 - 0.3 * s->em, s->pieces[p->right].x0 + 0.3 * s->em, p->y0, p->y1);
        if (p->left != FORM_NONE)
            p->ruled_off_left = form__ruled_upright(s, s->pieces[p->left].x1 - 0.3 * s->em,
                                                    p->x0 + 0.3 * s->em, p->y0, p->y1);
        if (p->below != FORM_NONE)
            p->ruled_off_below = form__ruled_across(
                s, fmax(p->x0, s->pieces[p->below].x0), fmin(p->x1, s->pieces[p->below].x1),
                p->y1 - 0.3 * s->em, s->pieces[p->below].y0 + 0.3 * s->em);
    }
}

/* The rule next to a place, on one side of it, that runs past it; SIZE_MAX: none. */
static size_t side_of(const form_rule *rules, size_t n, double at, double along, bool before)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < n; i++) {
        if (rules[i].from > along || rules[i].to < along || (rules[i].at < at) != before)
            continue;
        if (best == SIZE_MAX ||
            (before ? rules[i].at > rules[best].at : rules[i].at < rules[best].at))
            best = i;
    }
    return best;
}

/* Pieces between the same four lines are in one box. */
static q_code cells_find(form_sheet *s, q_err *err)
{
    size_t(*sides)[4] = q_arena_array(s->arena, s->count + 1, sizeof *sides);
    const form_rules *r = &s->rules;

    if (!sides)
        return q_err_nomem(err);
    for (size_t i = 0; i < s->count; i++) {
        form_piece *p = &s->pieces[i];
        double x = (p->x0 + p->x1) / 2, y = (p->y0 + p->y1) / 2;

        sides[i][0] = side_of(r->upright, r->upright_count, x, y, true);
        sides[i][1] = side_of(r->upright, r->upright_count, x, y, false);
        sides[i][2] = side_of(r->across, r->across_count, y, x, true);
        sides[i][3] = side_of(r->across, r->across_count, y, x, false);
        if (sides[i][0] == SIZE_MAX || sides[i][1] == SIZE_MAX || sides[i][2] == SIZE_MAX ||
            sides[i][3] == SIZE_MAX)
            continue;
        p->cell = (int)i;
        for (size_t j = 0; j < i; j++)
            if (s->pieces[j].cell == (int)j && memcmp(sides[i], sides[j], sizeof *sides) == 0)
                p->cell = (int)j;
    }
    return Q_OK;
}

/* Long lines, flush left, close under each other. */
static void prose_find(form_sheet *s)
{
    for (size_t i = 0; i < s->count; i++) {
        form_piece *p = &s->pieces[i], *o;

        if (p->below == FORM_NONE || p->count < 4)
            continue;
        o = &s->pieces[p->below];
        if (p->colon || o->y0 - p->y1 > 0.6 * s->em || fabs(o->x0 - p->x0) > 1.5 * s->em ||
            p->x1 - p->x0 < 12 * s->em || o->x1 > p->x1 + 4 * s->em)
            continue;
        p->prose = true;
        o->prose = o->prose || !o->colon;
    }
}

q_code form__sheet_read(const q_page *page, q_arena *a, form_sheet *out, q_err *err)
{
    size_t n = page->word_count < MAX_WORDS ? page->word_count : MAX_WORDS;
    q_code rc;

    *out = (form_sheet){.page = page, .arena = a};
    out->words = q_arena_array(a, n + 1, sizeof *out->words);
    out->pieces = q_arena_array(a, n + 1 < MAX_PIECES ? n + 1 : MAX_PIECES, sizeof *out->pieces);
    if (!out->words || !out->pieces)
        return q_err_nomem(err);
    rc = em_measure(out, err);
    if (rc)
        return rc;
    rc = form__rules_read(page, out->em, a, &out->rules, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < page->line_count; i++)
        line_split(out, i);
    for (size_t i = 0; i < out->count; i++)
        form__words_judge(out, &out->pieces[i]);
    neighbours_find(out);
    rules_see(out);
    prose_find(out);
    return cells_find(out, err);
}
